package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-playground/validator/v10"
)

var ErrNotFound = errors.New("order not found")

type Order struct {
	ID       int64  `json:"id"`
	Customer string `json:"customer"`
}

type Store interface {
	Create(ctx context.Context, customer string, in NewOrder) (Order, error)
	Find(ctx context.Context, customer string, id int64) (Order, error)
}

// region router
func Router(log *slog.Logger, store Store, verify Verify) *gin.Engine {
	r := gin.New() // not Default: its logger writes plain text, its recovery an empty 500
	r.HandleMethodNotAllowed = true
	_ = r.SetTrustedProxies(nil) // default: everybody may set X-Forwarded-For
	r.Use(Recover(log), RequestID, Problems(log), Limits(2*time.Second, 1<<20))
	r.NoRoute(func(c *gin.Context) { _ = c.Error(&Problem{Title: "Not Found", Status: 404}) })
	r.NoMethod(func(c *gin.Context) { _ = c.Error(&Problem{Title: "Method Not Allowed", Status: 405}) })

	r.GET("/healthz", func(c *gin.Context) { c.Status(http.StatusNoContent) })

	v1 := r.Group("/v1", Authenticate(verify)) // after Use and before the routes
	h := handlers{store}
	v1.GET("/orders/:id", RequireScope("orders:read"), h.get)
	v1.POST("/orders", RequireScope("orders:write"), h.create)
	return r
}

// endregion router

type handlers struct{ store Store }

// region binding
type NewOrder struct {
	Items []struct {
		SKU      string `json:"sku" binding:"required,max=40"`
		Quantity *int   `json:"quantity" binding:"required,min=0,max=999"` // pointer: 0 is a value, absent is not
	} `json:"items" binding:"required,min=1,max=100,dive"` // without dive the elements are not checked
	Note string `json:"note" binding:"max=500"`
}

func (h handlers) create(c *gin.Context) {
	var in NewOrder
	if err := c.ShouldBindJSON(&in); err != nil {
		_ = c.Error(bodyError(err))
		return
	}
	order, err := h.store.Create(c.Request.Context(), subject(c), in)
	if err != nil {
		_ = c.Error(err)
		return
	}
	c.Header("Location", fmt.Sprintf("/v1/orders/%d", order.ID))
	c.JSON(http.StatusCreated, order)
}

// bodyError keeps rule and size errors; everything else is JSON that does not fit the struct.
func bodyError(err error) error {
	var invalid validator.ValidationErrors
	var tooLarge *http.MaxBytesError
	if errors.As(err, &invalid) || errors.As(err, &tooLarge) {
		return err
	}
	return &Problem{Title: "Bad Request", Status: http.StatusBadRequest, Detail: "not the JSON of this route"}
}

// endregion binding

// region get
func (h handlers) get(c *gin.Context) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		_ = c.Error(ErrNotFound) // no such URL
		return
	}
	order, err := h.store.Find(c.Request.Context(), subject(c), id) // the owner is part of the query
	if err != nil {
		_ = c.Error(fmt.Errorf("find order %d: %w", id, err))
		return
	}
	c.JSON(http.StatusOK, order)
}

func subject(c *gin.Context) string {
	principal, _ := c.Request.Context().Value(principalKey{}).(Principal)
	return principal.Subject
}

// endregion get
