package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"
	"github.com/go-playground/validator/v10"
)

// region problems
type Problem struct {
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitempty"`
	Errors []FieldError `json:"errors,omitempty"`
}

func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// Problems answers with the last error a handler reported through c.Error.
func Problems(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		client := c.Request.Context() // kept: inner middleware replaces the request and cancels its own context
		c.Next()
		if len(c.Errors) == 0 || c.Writer.Written() {
			return // no error, or the handler has already answered: a second body would be appended
		}
		p := toProblem(c.Errors.Last().Err)
		if errors.Is(c.Errors.Last().Err, context.Canceled) && client.Err() != nil {
			p = &Problem{Title: "Client Closed Request", Status: 499} // nobody reads it; no 5xx in log and metrics
		}
		if p.Status >= 500 {
			log.ErrorContext(c.Request.Context(), "request failed", "route", c.FullPath(), "error", c.Errors.String())
		}
		write(c, p)
	}
}

// Recover is the outermost middleware: code after Next does not run when a panic passes through.
func Recover(log *slog.Logger) gin.HandlerFunc {
	return gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, cause any) {
		log.ErrorContext(c.Request.Context(), "panic", "route", c.FullPath(), "cause", cause)
		write(c, &Problem{Title: "Internal Server Error", Status: http.StatusInternalServerError})
	})
}

func write(c *gin.Context, p *Problem) {
	c.Header("Content-Type", "application/problem+json") // JSON keeps a type that is already set
	c.AbortWithStatusJSON(p.Status, p)
}

// endregion problems

// region mapping
type FieldError struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

func init() { // name fields as the client does, not as the Go struct does
	binding.EnableDecoderDisallowUnknownFields = true
	binding.Validator.Engine().(*validator.Validate).RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
}

func toProblem(err error) *Problem {
	var known *Problem
	var invalid validator.ValidationErrors
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &invalid):
		p := &Problem{Title: "Invalid input", Status: http.StatusUnprocessableEntity}
		for _, field := range invalid {
			_, path, _ := strings.Cut(field.Namespace(), ".") // NewOrder.items[0].sku
			pointer := "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(path)
			p.Errors = append(p.Errors, FieldError{pointer, "rule " + field.Tag() + " " + field.Param()})
		}
		return p
	case errors.As(err, &tooLarge):
		return &Problem{Title: "Content Too Large", Status: http.StatusRequestEntityTooLarge}
	case errors.Is(err, ErrNotFound):
		return &Problem{Title: "Not Found", Status: http.StatusNotFound}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrKeysUnavailable):
		return &Problem{Title: "Service Unavailable", Status: http.StatusServiceUnavailable}
	}
	return &Problem{Title: "Internal Server Error", Status: http.StatusInternalServerError}
}

// endregion mapping
