// Runs in the page's own world and in the preload's: they share no object, so calls cross as JSON in DOM events.
// Functions cross as numbers, and a promise as the number under which its outcome will be told.
(secret, here, there) => {
  const functions = [];
  const promises = new Map();
  let promiseCount = 0;

  const encode = (value) =>
    JSON.stringify(value, (_, part) => (typeof part === 'function' ? { $function: functions.push(part) - 1 } : part));

  const decode = (text) =>
    JSON.parse(text, (_, part) => {
      if (part === null || typeof part !== 'object') return part;
      if ('$function' in part) return (...words) => ask({ call: part.$function, words });
      if ('$promise' in part) return new Promise((resolve, reject) => promises.set(part.$promise, { resolve, reject }));
      return part;
    });

  /** A DOM event is dispatched at once, so that the answer is there when `dispatchEvent` comes back. */
  function ask(message) {
    let answer;
    const take = (event) => {
      answer = event.detail;
    };
    addEventListener(`${secret}:answer:${here}`, take, { once: true });
    dispatchEvent(new CustomEvent(`${secret}:ask:${there}`, { detail: encode(message) }));
    removeEventListener(`${secret}:answer:${here}`, take);
    const { error, value } = decode(answer);
    if (error !== undefined) throw new Error(error);
    return value;
  }

  function answerTo(message) {
    if ('expose' in message) {
      Object.defineProperty(window, message.expose, { value: Object.freeze(message.api), enumerable: true });
      return {};
    }
    if ('settle' in message) {
      const { resolve, reject } = promises.get(message.settle);
      promises.delete(message.settle);
      if (message.error === undefined) resolve(message.value);
      else reject(new Error(message.error));
      return {};
    }
    const value = functions[message.call](...message.words);
    return { value: typeof value?.then === 'function' ? promised(value) : value };
  }

  function promised(promise) {
    const number = promiseCount++;
    promise.then(
      (value) => ask({ settle: number, value }),
      (error) => ask({ settle: number, error: String(error?.message ?? error) }),
    );
    return { $promise: number };
  }

  addEventListener(`${secret}:ask:${here}`, (event) => {
    let answer;
    try {
      answer = answerTo(decode(event.detail));
    } catch (error) {
      answer = { error: String(error?.message ?? error) };
    }
    dispatchEvent(new CustomEvent(`${secret}:answer:${there}`, { detail: encode(answer) }));
  });

  return { exposeInMainWorld: (name, api) => void ask({ expose: name, api }) };
};
