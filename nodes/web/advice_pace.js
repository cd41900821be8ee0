// How often is asked: a moment after the last change, and never twice at once. No page.

// `work` is called `delay` ms after the last call of what comes back; calls while it is under way ask once more.
export function paced(work, delay = 200) {
  let timer;
  let busy = false;
  let again = false;

  async function run() {
    timer = undefined;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      await work();
    } finally {
      busy = false;
      if (again) {
        again = false;
        poke();
      }
    }
  }

  function poke() {
    clearTimeout(timer);
    timer = setTimeout(run, delay);
  }

  return poke;
}
