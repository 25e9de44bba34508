package com.example.offers

import jakarta.validation.Valid
import jakarta.validation.constraints.Email
import jakarta.validation.constraints.NotBlank
import jakarta.validation.constraints.Size
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.async
import kotlinx.coroutines.withTimeout
import org.springframework.http.HttpStatus
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.PostMapping
import org.springframework.web.bind.annotation.RequestBody
import org.springframework.web.bind.annotation.ResponseStatus
import org.springframework.web.bind.annotation.RestController

interface Prices {
    suspend fun of(sku: String): Int
}

interface Reviews {
    suspend fun of(sku: String): List<String>
}

data class OfferView(val price: Int, val reviews: List<String>)

interface Subscriptions {
    suspend fun add(email: String, sku: String)
}

// region controller
data class Subscribe( // @field: puts the constraint where the validator looks
    @field:NotBlank @field:Email val email: String = "",
    @field:NotBlank @field:Size(max = 32) val sku: String = "",
)

@RestController
class OffersController( // opened for proxies by the kotlin-spring plugin
    private val prices: Prices,
    private val reviews: Reviews,
    private val subscriptions: Subscriptions,
) {
    @GetMapping("/offers/{sku}")
    suspend fun offer(@PathVariable sku: String): OfferView = withTimeout(800.milliseconds) {
        val price = async { prices.of(sku) }
        val texts = async { reviews.of(sku) } // cancelled when the price fails
        OfferView(price.await(), texts.await())
    }

    @PostMapping("/subscriptions")
    @ResponseStatus(HttpStatus.ACCEPTED)
    suspend fun subscribe(@Valid @RequestBody request: Subscribe) {
        subscriptions.add(request.email, request.sku)
    }
}
// endregion controller
