package bookings

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// region httptest
func TestCreateBooking(t *testing.T) {
	tests := map[string]struct {
		token, body string
		want        int
	}{
		"created":     {"good", `{"room":"204","nights":2}`, http.StatusCreated},
		"no token":    {"", `{"room":"204","nights":2}`, http.StatusUnauthorized},
		"no nights":   {"good", `{"room":"204"}`, http.StatusUnprocessableEntity},
		"unknown key": {"good", `{"room":"204","nights":2,"x":1}`, http.StatusUnprocessableEntity},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			handler := NewHandler(&Store{}, func(token string) bool { return token == "good" })
			req := httptest.NewRequest(http.MethodPost, "/bookings", strings.NewReader(tc.body))
			req.Header.Set("Authorization", "Bearer "+tc.token)
			rec := httptest.NewRecorder()

			handler.ServeHTTP(rec, req) // the whole middleware chain, no socket

			if rec.Code != tc.want {
				t.Fatalf("status %d, want %d: %s", rec.Code, tc.want, rec.Body)
			}
		})
	}
}

// endregion httptest
