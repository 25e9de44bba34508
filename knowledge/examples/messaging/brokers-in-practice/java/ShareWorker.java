// Kafka share group with kafka-clients 4.3: one record at a time is accepted, released or rejected.
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

final class ShareWorker {
    interface Handler { void handle(String value) throws Exception; }
    static final class Permanent extends Exception { }

    // region share
    static void work(String bootstrap, Handler handler) {
        var config = new Properties();
        config.put("bootstrap.servers", bootstrap);
        config.put("group.id", "thumbnails");                       // a share group: more members than partitions is fine
        config.put("share.acknowledgement.mode", "explicit");       // implicit accepts the whole batch at the next poll
        config.put("max.poll.records", "50");                       // must finish within the 30 s record lock
        try (var consumer = new KafkaShareConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("thumbnails"));
            while (!Thread.currentThread().isInterrupted()) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    try {
                        handler.handle(record.value());             // idempotent: an expired lock delivers again
                        consumer.acknowledge(record, AcknowledgeType.ACCEPT);
                    } catch (Permanent error) {
                        consumer.acknowledge(record, AcknowledgeType.REJECT);   // archived: write it away first
                    } catch (Exception error) {
                        consumer.acknowledge(record, AcknowledgeType.RELEASE);  // again at once, at most 5 deliveries
                    }
                }
                consumer.commitSync().forEach((partition, error) -> error.ifPresent(e -> {
                    throw e;                                        // the lock was lost: others may repeat the work
                }));
            }
        }
    }
    // endregion
}
