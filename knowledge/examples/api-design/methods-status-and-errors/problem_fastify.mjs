// Problem details for Fastify 5: Ajv errors become field errors with codes of our own.
import { STATUS_CODES } from "node:http";
import Fastify from "fastify";

// region fastify
const CODES = { required: "required", minimum: "too_small", maximum: "too_large", pattern: "invalid_format",
  minLength: "too_short", additionalProperties: "unknown_field" };

function fieldError(error, context) {
  const extra = error.params.missingProperty ?? error.params.additionalProperty;
  const path = error.instancePath + (extra ? `/${extra.replaceAll("~", "~0").replaceAll("/", "~1")}` : "");
  const where = context === "body" ? { pointer: `#${encodeURI(path)}` } : { parameter: path.slice(1), in: context };
  return { ...where, code: CODES[error.keyword] ?? "invalid", limit: error.params.limit };
}

export function installProblems(app) {
  const send = (reply, status, body) =>
    reply.code(status).type("application/problem+json").send({ type: "about:blank", status, ...body });

  app.setErrorHandler((error, request, reply) => {
    if (error.validation) {
      return send(reply, 422, {
        type: "https://api.example.com/problems/validation-error",
        title: "The request has invalid fields.",
        errors: error.validation.map((e) => fieldError(e, error.validationContext)),
      });
    }
    const status = error.statusCode ?? 500;
    if (status < 500) return send(reply, status, { title: STATUS_CODES[status] }); // bad JSON 400, 413, 415
    request.log.error({ err: error }, "unhandled error");
    return send(reply, 500, { title: "Internal Server Error", instance: `/incidents/${request.id}` });
  });
  app.setNotFoundHandler((request, reply) => send(reply, 404, { title: "Not Found" }));
}

// endregion

// allErrors: true lists every error but lets a hostile body buy CPU; keep bodyLimit and maxItems small if you turn it on.
export const fastifyOptions = { ajv: { customOptions: { allErrors: false, removeAdditional: false } }, logger: true };

export function createApp(options = {}) {
  const app = Fastify({ ...fastifyOptions, ...options });
  installProblems(app);
  const body = {
    type: "object", required: ["sku", "quantity"], additionalProperties: false,
    properties: { sku: { type: "string", pattern: "^[A-Z]{3}-\\d{4}$" }, quantity: { type: "integer", minimum: 1 },
      note: { type: "string" } },
  };
  app.post("/orders", { schema: { body } }, async (request) => {
    if (request.body.note === "crash") throw new Error("password=hunter2");
    return { ok: true };
  });
  return app;
}
