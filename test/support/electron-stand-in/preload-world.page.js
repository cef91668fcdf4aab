// Runs in the preload's world: the `electron` module as a sandboxed preload sees it, over a binding of that world alone.
(contextBridge, toMain) => {
  const listeners = new Map();
  const invocations = new Map();
  const ports = new Map();
  let invocationCount = 0;
  let portCount = 0;

  const say = (message) => toMain(JSON.stringify(message));

  const ipcRenderer = {
    send: (channel, ...words) => say({ kind: 'send', channel, words }),
    invoke: (channel, ...words) =>
      new Promise((resolve, reject) => {
        const id = ++invocationCount;
        invocations.set(id, { resolve, reject });
        say({ kind: 'invoke', id, channel, words });
      }),
    postMessage: (channel, message, transfer = []) =>
      say({ kind: 'postMessage', channel, message, ports: transfer.map((port) => keep(port, `page-${++portCount}`)) }),
    on: (channel, listener) => {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    once: (channel, listener) => {
      const first = (...all) => {
        ipcRenderer.removeListener(channel, first);
        listener(...all);
      };
      return ipcRenderer.on(channel, first);
    },
    removeListener: (channel, listener) => {
      const left = (listeners.get(channel) ?? []).filter((one) => one !== listener);
      listeners.set(channel, left);
      return ipcRenderer;
    },
  };

  /** Holds the near end of a channel whose far end the page has; what the page says goes to the main process. */
  function keep(port, id) {
    ports.set(id, port);
    port.onmessage = (event) => say({ kind: 'port', port: id, data: event.data });
    return id;
  }

  function farEnd(id) {
    const channel = new MessageChannel();
    keep(channel.port1, id);
    return channel.port2;
  }

  const heard = {
    message: ({ channel, words, ports: ids }) => {
      const event = { sender: ipcRenderer, ports: ids.map(farEnd) };
      for (const listener of listeners.get(channel) ?? []) listener(event, ...words);
    },
    reply: ({ id, result, error }) => {
      const { resolve, reject } = invocations.get(id);
      invocations.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    },
    port: ({ port, data }) => ports.get(port)?.postMessage(data),
    closePort: ({ port }) => {
      ports.get(port)?.close();
      ports.delete(port);
    },
  };

  globalThis.__electronStandInHear = (text) => {
    const message = JSON.parse(text);
    heard[message.kind](message);
  };

  const electron = { contextBridge, ipcRenderer };
  return (name) => {
    if (name === 'electron') return electron;
    throw new Error(`a sandboxed preload cannot require ${name}`);
  };
};
