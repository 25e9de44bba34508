import http from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

// region write
/** One JSON document a line, then a last line that says "this was all": a broken stream looks like a short one. */
async function* lines(rows) {
  let count = 0;
  for await (const row of rows) {
    yield JSON.stringify({ type: "row", data: row }) + "\n";
    count++;
  }
  yield JSON.stringify({ type: "end", count }) + "\n";
}

export const exportServer = (rows) =>
  http.createServer(async (req, res) => {
    res.writeHead(200, { "content-type": "application/x-ndjson", "x-accel-buffering": "no" });
    try {
      await pipeline(Readable.from(lines(rows())), res); // backpressure: a slow client slows the database cursor
    } catch {
      res.destroy(); // the status is gone already; the missing end line is the error signal
    }
  });
// endregion

// region read
export async function* readRows(reply) {
  let rest = "";
  let count = 0;
  for await (const chunk of reply.body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop(); // chunks end anywhere, also within a line
    for (const line of parts) {
      const message = JSON.parse(line);
      if (message.type === "end") {
        if (message.count !== count) throw new Error(`expected ${message.count} rows, got ${count}`);
        return;
      }
      count++;
      yield message.data;
    }
  }
  throw new Error("the stream ended early");
}
// endregion
