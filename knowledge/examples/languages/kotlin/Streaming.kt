package streaming

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.util.concurrent.atomic.AtomicInteger

data class Row(val id: Long)

interface Cursor : AutoCloseable {
    fun next(): Row? // blocks
}

// region flow
/** Cold: nothing is read before somebody collects. A collector that stops or is cancelled closes the cursor. */
fun rows(blocking: CoroutineDispatcher, open: () -> Cursor): Flow<Row> = flow {
    open().use { cursor ->
        while (true) emit(cursor.next() ?: break) // emit suspends while the buffer is full
    }
}.flowOn(blocking) // the reading blocks, so it runs there; a buffer lies in between

/** Hot: eight workers share one queue; a failure in one cancels the others and the producer. */
suspend fun <T> eachInParallel(items: Flow<T>, workers: Int = 8, work: suspend (T) -> Unit) = coroutineScope {
    val queue = Channel<T>(capacity = workers) // bounded: send suspends when all are busy
    repeat(workers) { launch { for (item in queue) work(item) } }
    items.collect { queue.send(it) }
    queue.close() // the loops end when the queue is empty
}
// endregion

private class Fake(val size: Int) : Cursor {
    var read = 0
    var closed = false
    override fun next() = if (read < size) Row((read++).toLong()) else null
    override fun close() { closed = true }
}

fun main() = runBlocking {
    val fake = Fake(100_000)
    val flow = rows(Dispatchers.IO) { fake }
    check(fake.read == 0)
    check(flow.take(3).toList().size == 3)
    check(fake.closed && fake.read < 1_000) { "read ${fake.read}" }
    val done = AtomicInteger()
    eachInParallel((1..100).asFlow()) { done.incrementAndGet() }
    check(done.get() == 100)
    val failed = runCatching { eachInParallel((1..100_000).asFlow()) { check(it != 50) } }
    check(failed.isFailure)
    println("ok ${fake.read}")
}
