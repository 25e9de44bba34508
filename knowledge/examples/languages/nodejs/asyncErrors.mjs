// Where errors get lost, and the form that keeps them.
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

// region lost
export async function saveAllLosingErrors(items, save) {
  items.forEach(async (item) => { await save(item); }); // nobody awaits these promises
  return 'saved'; // returned before the first save has finished
}
// endregion

// region kept
export async function saveAll(items, save) {
  const results = await Promise.allSettled(items.map((item) => save(item)));
  const failed = results.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
  if (failed.length) throw new AggregateError(failed, `${failed.length} of ${items.length} saves failed`);
  return 'saved';
}

export async function sendFile(path, res) {
  let file;
  try {
    file = await open(path); // fails here, while a 404 can still be sent: pipeline() destroys res on error
  } catch (error) {
    return res.writeHead(error.code === 'ENOENT' ? 404 : 500).end();
  }
  try {
    await pipeline(file.createReadStream(), res); // one await covers both streams and closes both
  } catch (error) {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // premature close: the client left
  }
}
// endregion

// region process
export function exitOnUnknownState(stop, log = console.error) {
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.once(event, (error) => {
      log(event, error); // log, drain, leave with a code that makes the supervisor restart us
      process.exitCode = 1;
      setTimeout(() => process.exit(1), 10_000).unref(); // a stop that hangs does not keep us alive
      stop();
    });
  }
}
// endregion
