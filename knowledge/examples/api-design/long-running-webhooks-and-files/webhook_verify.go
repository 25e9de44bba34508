package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// region verify
// Verify reads the raw body once, checks time and signature, and returns id and body.
func Verify(secrets []string, w http.ResponseWriter, r *http.Request, now time.Time) (string, []byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 256<<10))
	if err != nil {
		return "", nil, err
	}
	id, stamp := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" {
		return "", nil, errors.New("missing webhook headers")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > 5*time.Minute || age < -5*time.Minute {
		return "", nil, errors.New("timestamp outside the tolerance")
	}
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			return "", nil, err
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + stamp + "."))
		mac.Write(body)
		want := mac.Sum(nil)
		for _, entry := range strings.Fields(r.Header.Get("webhook-signature")) {
			given, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(entry, "v1,"))
			if err == nil && hmac.Equal(want, given) { // constant time
				return id, body, nil
			}
		}
	}
	return "", nil, errors.New("no signature matches")
}

// endregion
