import express from 'express';
import cors from 'cors';

export const app = express();
// region express
app.use(cors({ // before the session and the routes, so that errors and 401 carry the headers too
  origin: ['https://app.example.com', 'https://admin.example.com'], // origin: true would echo everyone
  credentials: true,
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  allowedHeaders: ['Content-Type', 'Idempotency-Key', 'X-CSRF-Token'],
  exposedHeaders: ['Location', 'ETag', 'Retry-After'],
  maxAge: 600,
}));
// endregion express
