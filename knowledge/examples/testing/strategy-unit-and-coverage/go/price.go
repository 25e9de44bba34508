package price

import "errors"

var ErrRange = errors.New("price, quantity or voucher out of range")

func TotalCents(unit, quantity, percentOff int) (int, error) {
	if unit < 0 || quantity < 1 || percentOff < 0 || percentOff > 100 {
		return 0, ErrRange
	}
	total := unit * quantity
	if quantity >= 10 {
		total = (total*90 + 50) / 100
	}
	return (total*(100-percentOff) + 50) / 100, nil
}
