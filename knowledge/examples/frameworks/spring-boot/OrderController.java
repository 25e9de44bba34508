package com.example.shop;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

// region controller
record Line(@NotBlank String sku, @Min(1) @Max(999) int quantity) {}

record PlaceOrder(@NotBlank @Size(max = 64) String customer, @NotEmpty @Size(max = 100) List<@Valid Line> lines) {}

@RestController
@RequestMapping("/orders")
class OrderController {
    private final OrderService orders;

    OrderController(OrderService orders) { // one constructor: no @Autowired needed
        this.orders = orders;
    }

    @PostMapping
    ResponseEntity<OrderView> place(@Valid @RequestBody PlaceOrder request) {
        var order = orders.place(request);
        return ResponseEntity.created(URI.create("/orders/" + order.id())).body(order);
    }

    // endregion controller

    // region versions
    @GetMapping(path = "/{id}", version = "1.0") // exactly 1.0: kept until its sunset date
    LegacyOrderView legacy(@PathVariable UUID id) {
        return LegacyOrderView.of(orders.find(id));
    }

    @GetMapping(path = "/{id}", version = "1.1+") // 1.1 and every supported version after it
    OrderView find(@PathVariable UUID id) {
        return orders.find(id);
    }
    // endregion versions
}

record OrderView(UUID id, String customer, List<Line> lines) {}

record LegacyOrderView(String id, int items) {
    static LegacyOrderView of(OrderView order) {
        return new LegacyOrderView(order.id().toString(), order.lines().size());
    }
}
