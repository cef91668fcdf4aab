// The form of one kept connection, by rooms: place, login, TLS, SSH tunnel, addresses behind NAT.
import { Accordion, Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Failure } from '#core/contract/failures.ts';
import { closeDialog } from '../dialogs/dialog-store.ts';
import { FailureBox } from '../dialogs/FailureBox.tsx';
import { say } from '../i18n/i18n.ts';
import { select } from '../store/selection-store.ts';
import { callHost, forgetMissing } from './connections-store.ts';
import { LoginFields, NatFields, PlaceFields, SshFields, TlsFields } from './ProfileFields.tsx';
import { type FormBeginning, type ProfileForm, readForm, toForm } from './profile-form.ts';

interface ProfileEditorProps {
  readonly view: FormBeginning;
  readonly isNew: boolean;
  readonly onDone: () => void;
}

export function ProfileEditor({ view, isNew, onDone }: ProfileEditorProps) {
  const [form, setForm] = useState<ProfileForm>(() => toForm(view));
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setBusy] = useState(false);
  const change = (part: Partial<ProfileForm>) => setForm((held) => ({ ...held, ...part }));
  const reading = readForm(form);

  const save = async (thenOpen: boolean) => {
    if (!reading.ok || isBusy) return;
    const { profile, secrets } = reading;
    setBusy(true);
    const saved = await callHost((client) => client.profiles.save({ profile, secrets }));
    if (saved.ok) forgetMissing(profile.id);
    if (!saved.ok) setFailure(saved.failure);
    else if (!thenOpen) onDone();
    else {
      const opened = await callHost((client) => client.profiles.open({ profileId: profile.id }));
      if (!opened.ok) setFailure(opened.failure);
      else if (opened.value.kind === 'sentinel') onDone();
      else {
        select(opened.value.nodeId);
        closeDialog();
      }
    }
    setBusy(false);
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(true);
  };

  return (
    <form onSubmit={submit} data-testid="profile-editor">
      <header className="dialog-head">
        <h2>
          {isNew ? say('connections.form.titleNew') : say('connections.form.titleEdit', { name: view.profile.name })}
        </h2>
      </header>
      <div className="dialog-body">
        <Accordion multiple variant="separated" defaultValue={openRooms(form)} chevronPosition="left">
          <EditorRoom id="place" form={form} change={change} />
          <EditorRoom id="login" form={form} change={change} />
          <EditorRoom id="tls" form={form} change={change} />
          <EditorRoom id="ssh" form={form} change={change} />
          <EditorRoom id="nat" form={form} change={change} />
        </Accordion>
        {failure && (
          <FailureBox failure={failure} testId="profile-failure">
            {failure.code === 'sshHostUnknown' || failure.code === 'sshHostChanged' ? (
              <TrustKey
                fingerprint={String(failure.params.fingerprint)}
                onTrust={(hostKey) => {
                  change({ ssh: { ...form.ssh, hostKey } });
                  setFailure(null);
                }}
              />
            ) : null}
          </FailureBox>
        )}
      </div>
      <footer className="dialog-foot">
        <span className="grow faint">{reading.ok ? '' : problemText(reading)}</span>
        <Button variant="default" onClick={onDone} data-testid="profile-cancel">
          {say('connections.form.cancel')}
        </Button>
        <Button
          variant="default"
          disabled={!reading.ok || isBusy}
          onClick={() => void save(false)}
          data-testid="profile-save"
        >
          {say('connections.form.save')}
        </Button>
        <Button type="submit" disabled={!reading.ok} loading={isBusy} data-testid="profile-save-open">
          {say('connections.form.saveAndConnect')}
        </Button>
      </footer>
    </form>
  );
}

const rooms = { place: PlaceFields, login: LoginFields, tls: TlsFields, ssh: SshFields, nat: NatFields } as const;
type RoomId = keyof typeof rooms;

interface EditorRoomProps {
  readonly id: RoomId;
  readonly form: ProfileForm;
  readonly change: (part: Partial<ProfileForm>) => void;
}

function EditorRoom({ id, form, change }: EditorRoomProps) {
  const Fields = rooms[id];
  return (
    <Accordion.Item value={id}>
      <Accordion.Control data-testid={`profile-room-${id}`}>{say(`connections.form.${id}`)}</Accordion.Control>
      <Accordion.Panel>
        <Fields form={form} change={change} />
      </Accordion.Panel>
    </Accordion.Item>
  );
}

/** What is in use stands open. */
function openRooms({ profile, hasTls, hasSsh }: ProfileForm): RoomId[] {
  const used: [RoomId, boolean][] = [
    ['place', true],
    ['login', true],
    ['tls', hasTls],
    ['ssh', hasSsh],
    ['nat', profile.addressMap.length > 0],
  ];
  return used.filter(([, isUsed]) => isUsed).map(([id]) => id);
}

function problemText(reading: Extract<ReturnType<typeof readForm>, { ok: false }>): string {
  if (reading.problem === 'natWrong') return say('connections.form.natWrong', { line: reading.line });
  if (reading.missing.length === 0) return say('connections.form.tooLong');
  return say('connections.form.incomplete', {
    what: reading.missing.map((field) => say(`connections.form.needed.${field}`)).join(', '),
  });
}

interface TrustKeyProps {
  readonly fingerprint: string;
  readonly onTrust: (fingerprint: string) => void;
}

function TrustKey({ fingerprint, onTrust }: TrustKeyProps) {
  return (
    <div className="trust-key">
      <Button size="compact-sm" variant="default" onClick={() => onTrust(fingerprint)} data-testid="profile-trust">
        {say('connections.form.trust', { fingerprint })}
      </Button>
    </div>
  );
}
