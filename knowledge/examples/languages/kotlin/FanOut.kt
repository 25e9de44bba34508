import java.util.concurrent.atomic.AtomicBoolean
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull

fun interface Prices {
    suspend fun of(sku: String): Int
}

fun interface Reviews {
    suspend fun of(sku: String): List<String>
}

data class Page(val price: Int, val reviews: List<String>)

// region fan-out
suspend fun page(sku: String, prices: Prices, reviews: Reviews): Page = withTimeout(800.milliseconds) {
    val price = async { prices.of(sku) } // both run as children of this scope
    val texts = async { reviews.of(sku) }
    Page(price.await(), texts.await()) // one failure cancels the other and reaches the caller
}

/** Reviews are a nice-to-have: their failure must not take the price down. */
suspend fun pageOrPartial(sku: String, prices: Prices, reviews: Reviews): Page = supervisorScope {
    val texts = async { reviews.of(sku) }
    val price = prices.of(sku)
    val shown = try {
        withTimeoutOrNull(300.milliseconds) { texts.await() }
    } catch (e: CancellationException) {
        throw e // the request itself was cancelled: never swallow this one
    } catch (e: Exception) {
        null
    }
    texts.cancel() // does nothing when it is done
    Page(price, shown.orEmpty())
}
// endregion fan-out

fun main() = runBlocking { // main and tests only
    val cancelled = AtomicBoolean()
    val slow = Reviews {
        try {
            delay(5.seconds)
            listOf("late")
        } catch (e: CancellationException) {
            cancelled.set(true)
            throw e
        }
    }
    check(page("sku", { 990 }, { listOf("good") }) == Page(990, listOf("good")))
    val failure = runCatching { page("sku", { delay(20.milliseconds); error("price service down") }, slow) }.exceptionOrNull()
    check(failure is IllegalStateException && cancelled.get()) { "sibling not cancelled: $failure" }
    val timeout = runCatching { page("sku", { 990 }, slow) }.exceptionOrNull()
    check(timeout is TimeoutCancellationException) { "no timeout: $timeout" }
    check(pageOrPartial("sku", { 990 }, { error("reviews down") }) == Page(990, emptyList()))
    check(pageOrPartial("sku", { 990 }, slow) == Page(990, emptyList()))
    coroutineScope {
        val request = async { pageOrPartial("sku", { 990 }, slow) }
        delay(50.milliseconds)
        request.cancel()
        request.join()
        check(request.isCancelled)
    }
    println("ok")
}
