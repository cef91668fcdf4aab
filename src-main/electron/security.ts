// What a page of the desktop shell may not do: leave, open windows, embed other content, ask for permissions.
import { app, session } from 'electron';

/** Holds for every window that is opened from now on. Call once the app is ready. */
export function refuseEverythingElse(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}
