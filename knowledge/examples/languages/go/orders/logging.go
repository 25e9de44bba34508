package orders

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
)

// region logging
type requestIDKey struct{}

// ContextHandler adds the request id to every record that is logged with a context.
type ContextHandler struct{ slog.Handler }

func (h ContextHandler) Handle(ctx context.Context, record slog.Record) error {
	if id, ok := ctx.Value(requestIDKey{}).(string); ok {
		record.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, record)
}

func (h ContextHandler) WithAttrs(attrs []slog.Attr) slog.Handler { // without these two, log.With loses the wrapper
	return ContextHandler{h.Handler.WithAttrs(attrs)}
}

func (h ContextHandler) WithGroup(name string) slog.Handler {
	return ContextHandler{h.Handler.WithGroup(name)}
}

func NewLog(w io.Writer) *slog.Logger {
	return slog.New(ContextHandler{slog.NewJSONHandler(w, nil)})
}

func WithRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), requestIDKey{}, rand.Text())
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// endregion logging
