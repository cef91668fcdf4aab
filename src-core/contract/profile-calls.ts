// Calls on profiles and their secrets. What goes in may hold secrets; what comes out never does.
import { oc, type } from '@orpc/contract';
import * as z from 'zod';
import type { Outcome } from './failures.ts';
import { environments } from './labels.ts';
import {
  type ImportPreview,
  type ProfilesView,
  profileBounds,
  profileSchema,
  type SecretsView,
  secretsSchema,
} from './profiles.ts';
import type { ConnectResult } from './surroundings.ts';

const id = z.string().min(1).max(64);
const secret = z.string().max(profileBounds.secretMaxLength);

export const profileCalls = {
  list: oc.output(type<ProfilesView>()),
  /** Keeps the profile whether or not its server can be reached now. */
  save: oc.input(z.object({ profile: profileSchema, secrets: secretsSchema })).output(type<Outcome<null>>()),
  /** Forgets the profile and its secrets, and closes its connection. */
  remove: oc.input(z.object({ profileId: id })).output(type<Outcome<null>>()),
  /** Connects to a kept profile; `password` is what was typed for this time. */
  open: oc
    .input(z.object({ profileId: id, password: secret.optional(), sentinelMaster: z.string().max(255).optional() }))
    .output(type<Outcome<ConnectResult>>()),
  /** Reads a file of connections or pasted lines, and says what it found. Saves nothing. */
  preview: oc
    .input(z.object({ content: z.string().max(profileBounds.importMaxLength), form: z.enum(['file', 'lines']) }))
    .output(type<Outcome<ImportPreview>>()),
  /**
   * Keeps these drafts of the last preview, with their secrets where they can be kept. The answer: how many.
   * `environment` is where all of them belong, which no other console's file says.
   */
  keep: oc
    .input(
      z.object({
        profileIds: z.array(id).max(profileBounds.profilesMax),
        environment: z.enum(environments).optional(),
      }),
    )
    .output(type<Outcome<number>>()),
  /** All profiles as the text of a file, without secrets. */
  exported: oc.output(type<string>()),
  /** Opens the file of secrets by its passphrase, or chooses the passphrase of a new one. */
  unlock: oc.input(z.object({ passphrase: secret })).output(type<Outcome<SecretsView>>()),
  lock: oc.output(type<SecretsView>()),
};
