// Stand-ins for what protoc-gen-go and protoc-gen-go-grpc write for inventory.proto: just enough to compile the listing.

package inventory

import (
	"context"
	"errors"
	"log/slog"
)

var ErrOutOfStock = errors.New("out of stock")

type ReserveRequest struct {
	RequestId, Sku string
	Quantity       int32
}

func (r *ReserveRequest) GetRequestId() string { return r.RequestId }
func (r *ReserveRequest) GetSku() string       { return r.Sku }
func (r *ReserveRequest) GetQuantity() int32   { return r.Quantity }

type ReserveResponse struct{ ReservationId string }
type PriceRequest struct{ Sku string }
type PriceResponse struct{ Cents int64 }

type Server struct {
	Pricing interface {
		Price(context.Context, *PriceRequest) (*PriceResponse, error)
	}
	Store interface {
		Reserve(ctx context.Context, requestID, sku string, quantity int32) (id, left string, err error)
	}
	Log *slog.Logger
}
