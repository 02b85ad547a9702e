import HAL
import Realtime
import Time

/// The counters of the probe.
enum Count: Int { case shared, gauge }

/// Two writers and a reader; nil when no count was lost and none went back.
func workCounters() -> String? {
    let counters = CounterTable<Count>(count: 2)
    let rounds: UInt64 = 60_000
    let one = Thread("one") { for _ in 0..<rounds { counters.add(.shared) } }
    let two = Thread("two") {
        for round in 0..<rounds {
            counters.add(.shared)
            counters.set(.gauge, to: round + 1)
        }
    }
    var last: UInt64 = 0
    while last < 2 * rounds {
        let now = counters[.shared]
        guard now >= last else { return "a counter went from \(last) to \(now)" }
        last = now
        _ = counters[.gauge]
        Pause.yield()
    }
    one.join()
    two.join()
    return counters[.gauge] == rounds ? nil : "a gauge was lost"
}

/// A ring with a wake-up, as between the loops.
///
/// One side pushes and raises, the other waits, drains and empties: nothing may lie in the ring
/// while its reader sleeps.
func workHandOver(seed: UInt64) -> String? {
    do throws(SystemError) {
        return try handOver(seed: seed, count: 20_000)
    } catch {
        return "\(error)"
    }
}

private func handOver(seed: UInt64, count: Int) throws(SystemError) -> String? {
    let ring = SPSCRing<Packet>(capacity: 256)
    let bell = try Bell()
    var loop = try EventLoop()
    try loop.add(fd: bell.signal.fd, token: 1)
    let producer = Thread("producer") {
        var dice = Dice(seed)
        var next = 0
        while next < count {
            // A burst, then one wake-up for it.
            for _ in 0...dice.roll(24) where next < count {
                if ring.push(Packet(next)) != nil { break }
                next += 1
            }
            bell.signal.raise()
            dice.pause()
        }
    }
    var expected = 0
    while expected < count {
        // Far longer than any wait that has an end.
        guard loop.wait(until: Clock.now() + .seconds(30)) > 0 else {
            return "nobody rang: \(expected) of \(count) came"
        }
        bell.signal.drain()
        while let packet = ring.pop() {
            guard packet.isWhole, packet.number == expected else {
                return "\(packet.number) instead of \(expected)"
            }
            expected += 1
        }
    }
    producer.join()
    return nil
}

/// A wake-up that two threads hold.
private final class Bell: Sendable {
    let signal: EventSignal
    init() throws(SystemError) { signal = try EventSignal() }
}
