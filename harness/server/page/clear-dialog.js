const byId = (id) => document.getElementById(id);

/** What has to be ended first, said plainly; the second word of each is what the server refuses with. */
const warnings = {
  APPROVAL_PENDING: 'An approval waits: it is cancelled, and what it is for is not done.',
  SESSION_BUSY: 'A run is in progress: it is cancelled. What it has done by now stays done.',
};

/**
 * Asks whether the session is to be cleared, and clears it with `clear(force)`. `inTheWay` says what stands in the way just
 * now: a key of `warnings`, or undefined. What begins while the question is open is told, and asked about again.
 */
export function askToClear({ inTheWay, clear }) {
  const dialog = byId('clear-dialog');
  const warn = (code) => {
    byId('clear-force').textContent = warnings[code] ?? '';
    byId('clear-yes').textContent = code === undefined ? 'Clear' : 'Cancel it and clear';
    dialog.dataset.force = code ?? '';
  };
  warn(inTheWay);
  byId('clear-problem').textContent = '';
  // What was asked is over with the dialog: the next question has listeners of its own.
  const closed = new AbortController();
  const { signal } = closed;
  dialog.addEventListener('close', () => closed.abort(), { signal });
  byId('clear-no').addEventListener('click', () => dialog.close(), { signal });
  const confirm = async () => {
    byId('clear-yes').disabled = true;
    try {
      await clear(dialog.dataset.force !== '');
      dialog.close();
    } catch (error) {
      if (error.code in warnings) warn(error.code);
      byId('clear-problem').textContent = error.message;
    } finally {
      byId('clear-yes').disabled = false;
    }
  };
  byId('clear-yes').addEventListener('click', () => void confirm(), { signal });
  dialog.showModal();
}
