package deadline

// region go
import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

const header = "X-Request-Timeout-Ms"

// WithDeadline gives each request the time its caller has left, at most ceiling.
func WithDeadline(ceiling time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := ceiling
		if ms, err := strconv.Atoi(r.Header.Get(header)); err == nil {
			if asked := time.Duration(ms) * time.Millisecond; asked < limit {
				limit = asked
			}
		}
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx)) // pass r.Context() to the database driver as well
	})
}

// Do tells the next service what is left and stops when it is used up.
func Do(ctx context.Context, client *http.Client, req *http.Request) (*http.Response, error) {
	end, ok := ctx.Deadline()
	if !ok {
		return nil, errors.New("a call without a deadline")
	}
	left := time.Until(end) - 20*time.Millisecond // the callee gives up before we do
	if left <= 0 {
		return nil, context.DeadlineExceeded
	}
	req = req.Clone(ctx)
	req.Header.Set(header, strconv.FormatInt(left.Milliseconds(), 10))
	return client.Do(req)
}

// endregion go
