package api

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

type ctxKey string

// RequestID keeps a well-formed incoming id and echoes it.
func RequestID(c *gin.Context) {
	id := c.GetHeader("X-Request-ID")
	if len(id) < 8 || len(id) > 64 {
		id = rand.Text()
	}
	c.Header("X-Request-ID", id)
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), ctxKey("request-id"), id))
	c.Next()
}

// region limits
// Limits gives each request a deadline and a body limit; everything that gets c.Request.Context() inherits the deadline.
func Limits(timeout time.Duration, bodyBytes int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), timeout)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, bodyBytes)
		c.Next()
	}
}

// endregion limits

type principalKey struct{}

type Principal struct {
	Subject string
	Scopes  []string
}

// Verify checks signature, issuer, audience and expiry of an access token.
// region auth
type Verify func(ctx context.Context, token string) (Principal, error) // signature, issuer, audience, expiry

var ErrKeysUnavailable = errors.New("key endpoint does not answer") // the token was not judged: 503, not 401

func Authenticate(verify Verify) gin.HandlerFunc {
	return func(c *gin.Context) {
		scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			refuse(c, http.StatusUnauthorized, "Bearer")
			return // Abort does not return for you
		}
		principal, err := verify(c.Request.Context(), token)
		if errors.Is(err, ErrKeysUnavailable) {
			_ = c.Error(err)
			c.Abort()
			return
		} else if err != nil {
			refuse(c, http.StatusUnauthorized, `Bearer error="invalid_token"`)
			return
		}
		ctx := context.WithValue(c.Request.Context(), principalKey{}, principal) // services see it without Gin
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}

func RequireScope(scope string) gin.HandlerFunc {
	return func(c *gin.Context) {
		principal, ok := c.Request.Context().Value(principalKey{}).(Principal)
		if !ok || !slices.Contains(principal.Scopes, scope) {
			refuse(c, http.StatusForbidden, `Bearer error="insufficient_scope", scope="`+scope+`"`)
		}
	}
}

func refuse(c *gin.Context, status int, challenge string) {
	c.Header("WWW-Authenticate", challenge)
	_ = c.Error(&Problem{Title: http.StatusText(status), Status: status})
	c.Abort()
}

// endregion auth
