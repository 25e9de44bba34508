package com.example.shop;

import java.util.concurrent.RejectedExecutionException;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

record PartnerPrice(String sku, int cents) {}

// region client
interface PartnerApi { // implemented by Spring; base URL and timeouts are properties of the group
    @GetExchange("/prices/{sku}")
    PartnerPrice price(@PathVariable String sku);
}

@Configuration
@ImportHttpServices(group = "partner", types = PartnerApi.class)
@EnableResilientMethods // without it @Retryable and @ConcurrencyLimit do nothing
class PartnerConfig {}
// endregion client

// region resilience
@Service
class Prices {
    private final PartnerApi partner;

    Prices(PartnerApi partner) {
        this.partner = partner;
    }

    @ConcurrencyLimit(limit = 20, policy = ConcurrencyLimit.ThrottlePolicy.REJECT) // the default policy waits without end
    @Retryable(
        includes = {ResourceAccessException.class, HttpServerErrorException.class}, // never 4xx
        maxRetries = 2, delay = 100, multiplier = 2, jitter = 50, maxDelay = 500)
    public PartnerPrice price(String sku) { // a GET: repeating it is harmless
        return partner.price(sku);
    }
}

@RestControllerAdvice
class BusyAdvice {
    @ExceptionHandler
    ProblemDetail busy(RejectedExecutionException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, "Busy, try again in a second.");
    }
}
// endregion resilience
