// Domain and use case: no framework, no driver.
// region service
export type DomainErrorCode = 'note-not-found' | 'title-taken' | 'note-archived' | 'invalid-title';

export class DomainError extends Error {
  constructor(readonly code: DomainErrorCode) {
    super(code);
    this.name = 'DomainError';
  }
}

export interface Note { readonly id: string; readonly owner: string; readonly title: string; readonly archived: boolean }

export interface NoteStore {
  find(id: string, owner: string): Promise<Note | undefined>;
  save(note: Note): Promise<void>; // throws DomainError('title-taken') on the unique constraint
}

export type Transaction = <T>(work: (store: NoteStore) => Promise<T>) => Promise<T>;

export class NoteService {
  constructor(private readonly transaction: Transaction) {}

  rename(owner: string, id: string, title: string): Promise<Note> {
    return this.transaction(async (store) => {
      const note = await store.find(id, owner);
      if (!note) throw new DomainError('note-not-found');
      if (note.archived) throw new DomainError('note-archived');
      const trimmed = title.trim();
      if (trimmed.length < 1 || trimmed.length > 100) throw new DomainError('invalid-title');
      const renamed = { ...note, title: trimmed };
      await store.save(renamed);
      return renamed;
    });
  }
}
// endregion service

// region mapper
const STATUS: Record<DomainErrorCode, number> = { // a new code without a status does not compile
  'note-not-found': 404,
  'title-taken': 409,
  'note-archived': 409,
  'invalid-title': 422,
};

export interface Problem { type: string; title: string; status: number }

export function toProblem(error: unknown, log: (error: unknown) => void): Problem {
  if (error instanceof DomainError) {
    return { type: `https://api.example.com/problems/${error.code}`, title: error.code, status: STATUS[error.code] };
  }
  log(error); // a bug: details to the log, none to the client
  return { type: 'about:blank', title: 'Internal error', status: 500 };
}
// Fastify: app.setErrorHandler((error, request, reply) => {
//   const problem = toProblem(error, (e) => request.log.error(e));
//   return reply.code(problem.status).type('application/problem+json').send(problem);
// });
// endregion mapper
