package com.example.orders

import io.ktor.http.ContentType
import io.ktor.http.HttpStatusCode
import io.ktor.serialization.kotlinx.json.json
import io.ktor.server.application.Application
import io.ktor.server.application.install
import io.ktor.server.application.log
import io.ktor.server.plugins.BadRequestException
import io.ktor.server.plugins.contentnegotiation.ContentNegotiation
import io.ktor.server.plugins.requestvalidation.RequestValidation
import io.ktor.server.plugins.requestvalidation.RequestValidationException
import io.ktor.server.plugins.requestvalidation.ValidationResult
import io.ktor.server.plugins.statuspages.StatusPages
import io.ktor.server.request.receive
import io.ktor.server.response.respond
import io.ktor.server.response.respondText
import io.ktor.server.routing.get
import io.ktor.server.routing.post
import io.ktor.server.routing.routing
import java.util.UUID
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json

interface Orders {
    suspend fun place(order: NewOrder): Order
    suspend fun find(id: String): Order?
}

// region app
@Serializable
data class NewOrder(val sku: String, val quantity: Int)

@Serializable
data class Order(val id: String, val sku: String, val quantity: Int)

fun Application.orders(orders: Orders) {
    install(ContentNegotiation) { json() } // unknown keys are an error by default
    install(RequestValidation) {
        validate<NewOrder> { order ->
            if (order.quantity in 1..999) ValidationResult.Valid
            else ValidationResult.Invalid("quantity must be 1 to 999")
        }
    }
    install(StatusPages) {
        exception<RequestValidationException> { call, e ->
            call.problem(HttpStatusCode.UnprocessableEntity, e.reasons.joinToString())
        }
        exception<BadRequestException> { call, _ -> call.problem(HttpStatusCode.BadRequest, "The body is not valid.") }
        exception<Throwable> { call, e ->
            val incident = UUID.randomUUID().toString()
            call.application.log.error("unhandled error $incident", e)
            call.problem(HttpStatusCode.InternalServerError, "Incident $incident")
        }
    }
    routing {
        post("/orders") { call.respond(HttpStatusCode.Created, orders.place(call.receive<NewOrder>())) }
        get("/orders/{id}") {
            when (val order = orders.find(call.parameters["id"].orEmpty())) {
                null -> call.problem(HttpStatusCode.NotFound, "No such order.")
                else -> call.respond(order)
            }
        }
    }
}
// endregion app

@Serializable
data class Problem(val title: String, val status: Int, val detail: String, val type: String = "about:blank")

suspend fun io.ktor.server.application.ApplicationCall.problem(status: HttpStatusCode, detail: String) {
    val body = Json.encodeToString(Problem(status.description, status.value, detail))
    respondText(body, ContentType.Application.ProblemJson, status)
}
