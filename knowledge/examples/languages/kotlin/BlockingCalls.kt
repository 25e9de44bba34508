import java.util.concurrent.atomic.AtomicInteger
import kotlin.system.measureTimeMillis
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withTimeoutOrNull

// region blocking
const val POOL_SIZE = 10 // the same number as maximumPoolSize

/** Ten threads for JDBC, beside the 64 of Dispatchers.IO: a slow database cannot starve file or HTTP calls. */
val jdbc: CoroutineDispatcher = Dispatchers.IO.limitedParallelism(POOL_SIZE)

/** Waits for a free slot, runs the blocking work there, and interrupts its thread on cancellation. */
suspend fun <T> blocking(work: () -> T): T = runInterruptible(jdbc) { work() }
// endregion blocking

fun main() = runBlocking {
    val inside = AtomicInteger()
    val peak = AtomicInteger()
    coroutineScope {
        (1..60).map {
            async {
                blocking {
                    peak.accumulateAndGet(inside.incrementAndGet()) { a, b -> maxOf(a, b) }
                    Thread.sleep(10)
                    inside.decrementAndGet()
                }
            }
        }.awaitAll()
    }
    check(peak.get() in 2..POOL_SIZE) { "peak $peak" }
    val took = measureTimeMillis {
        check(withTimeoutOrNull(100) { blocking { Thread.sleep(5_000) } } == null)
    }
    check(took < 2_000) { "not interrupted: $took ms" }
    println("ok")
}
