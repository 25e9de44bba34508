// One operation in three styles, and what a promise guarantees.
// region styles
export function readUserCallback(db, id, done) {
  db.get(id, (error, row) => (error ? done(error) : done(null, row.name))); // exactly once, by convention only
}

export function readUserPromise(db, id) {
  return new Promise((resolve, reject) => {
    db.get(id, (error, row) => (error ? reject(error) : resolve(row))); // the first call wins, later ones are ignored
  }).then((row) => row.name); // a throw in here becomes a rejection
}

export async function readUser(db, id) {
  const row = await new Promise((resolve, reject) => {
    db.get(id, (error, value) => (error ? reject(error) : resolve(value)));
  });
  return row.name; // try/catch, loops and stack traces work as in blocking code
}
// endregion
