import Time
import VirtualTime
import Wire

@testable import Peering

/// A network in virtual time: loss, repeats, delay, reordering and cuts, all from one seed.
final class SimulatedNetwork {
    struct Weather {
        /// Of 1000 datagrams.
        var lost: UInt64 = 0
        var repeated: UInt64 = 0
        /// Each datagram's own delay, so that a later one may overtake an earlier one.
        var delayMs: ClosedRange<UInt64> = 1...1
    }

    let seed: UInt64
    private let timeline = Timeline()
    var now: Instant { timeline.now }
    var weather = Weather()
    /// Drops the datagrams for which it returns true.
    var isCut: (_ from: Endpoint, _ to: Endpoint) -> Bool = { _, _ in false }
    /// Loses the datagrams for which it returns true.
    var isLost: (_ bytes: [UInt8]) -> Bool = { _ in false }
    /// Where a datagram for a way through another station arrives, and from which way it comes
    /// there; nil where it is not passed on.
    var passes: (_ from: Endpoint, _ to: Endpoint) -> (to: Endpoint, from: Endpoint)? = {
        _, _ in nil
    }
    /// Sees every datagram that is sent, before losses.
    var tap: (_ bytes: [UInt8], _ from: Endpoint, _ to: Endpoint) -> Void = { _, _, _ in }
    /// Stations by where they are.
    var stations: [Endpoint: SimulatedStation] = [:]

    private let dice: Dice

    init(seed: UInt64) {
        self.seed = seed
        dice = Dice(seed: seed)
    }

    func random(_ bound: UInt64) -> UInt64 { dice.next() % bound }

    /// A source of bytes of its own for a station, so that a run can be repeated.
    func randomSource() -> (inout MutableSpan<UInt8>) -> Void { Dice(seed: dice.next()).source }

    func send(_ bytes: [UInt8], from: Endpoint, to: Endpoint) {
        tap(bytes, from, to)
        var (from, to) = (from, to)
        if to.way != nil {
            guard let hop = passes(from, to) else { return }
            (from, to) = (hop.from, hop.to)
        }
        guard !isCut(from, to), !isLost(bytes), random(1000) >= weather.lost else { return }
        deliver(bytes, from: from, to: to)
        if random(1000) < weather.repeated { deliver(bytes, from: from, to: to) }
    }

    private func deliver(_ bytes: [UInt8], from: Endpoint, to: Endpoint) {
        let spread = weather.delayMs.upperBound - weather.delayMs.lowerBound + 1
        let delay = weather.delayMs.lowerBound + random(spread)
        after(.milliseconds(delay)) { [unowned self] in
            stations[to]?.receive(bytes, from: from)
        }
    }

    /// Somebody else sends a datagram; it overtakes all that is under way.
    func inject(_ bytes: [UInt8], from: Endpoint, to: Endpoint) {
        after(.microseconds(1)) { [unowned self] in stations[to]?.receive(bytes, from: from) }
    }

    func after(_ wait: Duration, _ act: @escaping () -> Void) { at(now + wait, act) }

    func at(_ time: Instant, _ act: @escaping () -> Void) { timeline.at(time, act) }

    /// Lets the time pass; stops early when `done` returns true.
    @discardableResult
    func run(for duration: Duration, until done: () -> Bool = { false }) -> Bool {
        timeline.run(for: duration, until: done)
    }
}

/// Counts the M1 of a station, by their targets.
final class Calls {
    var all: [(at: Instant, to: Endpoint)] = []

    init(of station: SimulatedStation, _ network: SimulatedNetwork) {
        network.tap = { [unowned self, unowned network] bytes, from, to in
            if bytes.first == 1, from == station.endpoint { all.append((network.now, to)) }
        }
    }

    func count(to endpoint: Endpoint) -> Int { all.count { $0.to == endpoint } }
}

/// Whether the first byte marks a handshake message, not a packet of a session (protocol.md §1.3).
func isHandshake(_ datagram: [UInt8]) -> Bool { datagram[0] < 0x10 }
