// region frames
/** Splits a gRPC-Web body into messages and trailers. HTTP says 200 in either case: the result is in the trailers. */
export function readFrames(body) {
  const messages = [];
  const trailers = new Map();
  for (let at = 0; at < body.length; ) {
    const flags = body[at];
    const length = body.readUInt32BE(at + 1);
    const payload = body.subarray(at + 5, at + 5 + length);
    if (payload.length !== length) throw new Error('truncated frame');
    if (flags & 0x80) { // the highest bit marks the trailers, which come last
      for (const line of payload.toString('latin1').split('\r\n').filter(Boolean)) {
        const colon = line.indexOf(':');
        trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
      }
    } else {
      messages.push(payload);
    }
    at += 5 + length;
  }
  if (!trailers.has('grpc-status')) throw new Error('the stream broke: no grpc-status'); // never treat it as success
  return { messages, status: Number(trailers.get('grpc-status')), text: decodeURIComponent(trailers.get('grpc-message') ?? '') };
}
// endregion
