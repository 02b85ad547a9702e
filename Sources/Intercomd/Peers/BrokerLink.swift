internal import Config
internal import Crypto
internal import HAL
internal import Report
internal import Time

/// A connection to an MQTT broker, held by a program of its own.
///
/// That program (Sources/MQTT) has all the code that a hostile broker can attack, and nothing that
/// this station must keep. It ends with each connection; another program is started after a while.
/// Nothing here waits for it.
struct BrokerLink: ~Copyable {
    enum News: Equatable {
        case connected
        /// The connection has ended; nothing that was sent need have arrived.
        case disconnected
        /// A message of the broker; a retained one was published before this station subscribed.
        case message(topic: String, [UInt8], isRetained: Bool)
    }

    /// An order to the broker.
    enum Order: Equatable {
        case subscribe(topic: String)
        case unsubscribe(topic: String)
        case publish(topic: String, [UInt8], Keeping)
    }

    /// How long the broker keeps a message for later subscribers.
    enum Keeping: String {
        case forNobody = "N"
        case forDays = "P"
        case always = "R"
    }

    private enum State {
        /// A program connects; with a time, it has been connected since then.
        case running(connectedSince: Instant?)
        /// The next program starts at this time.
        case waiting(until: Instant)
    }

    /// How long a program may take to connect.
    private static let patience = Duration.seconds(30)
    /// Packets taken in one turn.
    private static let most = 16
    /// A connection that lasted for this time was a good one.
    private static let goodAfter = Duration.seconds(60)
    /// The time without a broker after which `status` reports the trouble.
    private static let troubleAfter = Duration.seconds(15)

    private let broker: Config.BrokerAccess.Broker
    private let settings: Config.BrokerAccess
    /// The topic where the broker writes `offline` when the connection is lost; empty for none.
    private let will: String
    private let program: String
    private var helper: HelperProgram?
    /// A packet for the program; empty when none waits.
    private var waiting: [UInt8] = []
    /// When the program last took a packet, or none waited.
    private var sentAt = Instant(nanoseconds: 0)
    /// The programs that were killed, until the kernel reports their end.
    private var ended: [ChildProgram] = []
    private var state = State.waiting(until: Instant(nanoseconds: 0))
    private var startedAt = Instant(nanoseconds: 0)
    /// Whether a connection has ended, which `nextNews` has not reported.
    private var hasEnded = false
    /// Packets taken since `tick`.
    private var taken = 0
    /// The number of waits since the last good connection.
    private var failures = 0
    /// The beginning of the time without a connection; below, why the last connection ended.
    private var downSince: Instant?
    private var reason = ""

    /// Nil where the settings name no broker.
    init?(_ settings: Config.BrokerAccess, will: String = "") {
        guard let broker = settings.broker else { return nil }
        (self.broker, self.settings, self.will) = (broker, settings, will)
        let folder = Program.folder ?? ""
        let places = ["\(folder)/intercomd-mqtt", "\(folder)/../libexec/intercomd/intercomd-mqtt"]
        program = places.first { ((try? FileStore.status(of: $0)) ?? nil) != nil } ?? places[1]
    }

    var address: String { broker.address.description }

    var isConnected: Bool { if case .running(_?) = state { true } else { false } }

    var status: Status.Broker {
        var status = Status.Broker()
        (status.address, status.isConnected) = (address, isConnected)
        return status
    }

    /// Why a person must mend something; nil while the broker answers, or may answer in a moment.
    func trouble(at now: Instant) -> String? {
        guard let downSince, now >= downSince + Self.troubleAfter, !reason.isEmpty else {
            return nil
        }
        return reason
    }

    /// The time for the next call of `tick`; nil while the connection stands.
    var deadline: Instant? {
        switch state {
        case .waiting(let until): until
        case .running(nil): startedAt + Self.patience
        case .running: nil
        }
    }

    /// Starts the program when that is due.
    ///
    /// - Returns: The descriptor of a new program; nil where none was started.
    mutating func tick(at now: Instant) -> Int32? {
        taken = 0
        var hasStarted = false
        switch state {
        case .waiting(let until) where now >= until:
            start(at: now)
            hasStarted = true
        case .running(nil) where now >= startedAt + Self.patience:
            end("it does not answer", at: now)
        default: break
        }
        ended.removeAll { $0.ended() != nil }
        return hasStarted ? helper?.fd : nil
    }

    /// Returns the next news; nil when there are none, or enough of them in this turn.
    mutating func nextNews(at now: Instant) -> News? {
        if hasEnded {
            hasEnded = false
            return .disconnected
        }
        while taken < Self.most, let packet = helper?.receive() {
            taken += 1
            let rest = packet.dropFirst()
            switch packet.first {
            case UInt8(ascii: "C"):
                guard case .running(nil) = state else {
                    end("it connects twice", at: now)
                    break
                }
                state = .running(connectedSince: now)
                downSince = nil
                return .connected
            case UInt8(ascii: "M"), UInt8(ascii: "K"):
                guard let zero = rest.firstIndex(of: 0), isConnected else { continue }
                let topic = String(decoding: rest[..<zero], as: UTF8.self)
                return .message(
                    topic: topic, Array(rest[(zero + 1)...]),
                    isRetained: packet.first == UInt8(ascii: "K"))
            case UInt8(ascii: "E"): end(String(decoding: rest, as: UTF8.self), at: now)
            default: end("its program has ended", at: now)
            }
            return nextNews(at: now)
        }
        return nil
    }

    /// Sends the packet that waits.
    ///
    /// - Returns: Whether the program can take another one.
    mutating func sendWaiting(at now: Instant) -> Bool {
        guard !waiting.isEmpty, case .running = state else {
            (waiting, sentAt) = ([], now)
            return true
        }
        guard helper?.send(waiting) ?? true else {
            if now >= sentAt + Self.patience { end("its program takes no more", at: now) }
            return false
        }
        waiting = []
        sentAt = now
        return true
    }

    /// Gives the program an order, after `sendWaiting`.
    mutating func order(_ order: Order) {
        waiting =
            switch order {
            case .subscribe(let topic): Array("S\(topic)".utf8)
            case .unsubscribe(let topic): Array("U\(topic)".utf8)
            case .publish(let topic, let payload, let keeping):
                Array("\(keeping.rawValue)\(topic)\0".utf8) + payload
            }
    }

    /// Ends the program.
    mutating func close() {
        helper?.program.kill()
        helper = nil
    }

    private mutating func start(at now: Instant) {
        startedAt = now
        if downSince == nil { downSince = now }
        do throws(SystemError) {
            let started = try HelperProgram(program)
            helper = consume started
            state = .running(connectedSince: nil)
            let address = broker.address
            let words = [
                address.host, "\(address.port)", broker.isEncrypted ? "1" : "0", settings.ca ?? "",
                settings.user ?? "", settings.passwordFile ?? "", will,
            ]
            waiting = Array(("C" + words.map { "\($0)\0" }.joined()).utf8)
        } catch { end(error.finding, at: now) }
    }

    private mutating func end(_ why: String, at now: Instant) {
        if case .running(let since?) = state, now >= since + Self.goodAfter { failures = 0 }
        if let program = helper?.program {
            program.kill()
            ended.append(program)
        }
        helper = nil
        hasEnded = true
        if downSince == nil { downSince = now }
        reason = why.visible
        // 1, 2, 4, 8, 16, 32, 64 s, plus a random part up to as much again: a broker that has lost
        // all of its stations does not get them back at once.
        var lot = InlineArray<1, UInt8>(repeating: 0)
        var bytes = lot.mutableSpan
        Random.fill(&bytes)
        let wait = Duration.seconds(1 << min(failures, 6))
        failures += 1
        state = .waiting(until: now + wait + wait * Int(lot[0]) / 256)
    }
}
