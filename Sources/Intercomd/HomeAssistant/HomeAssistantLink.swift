internal import Config
internal import Crypto
internal import Report
internal import Time

/// The broker through which Home Assistant sees this station, and what is exchanged there.
///
/// A class, so that the loop can carry out its requests while it reads them.
final class HomeAssistantLink {
    /// How often the problems are collected, which takes longer than the rest of the state.
    private static let interval = Duration.seconds(10)

    private var link: BrokerLink
    private var core: HomeAssistant
    private var problem: String?
    private var looksAt = Instant(nanoseconds: 0)

    /// Nil where the settings name no broker.
    init?(_ config: Config, own: PublicKey) {
        core = HomeAssistant(own: own)
        guard let link = BrokerLink(config.homeAssistant.access, will: core.availability) else {
            return nil
        }
        self.link = link
    }

    /// The commands since the start that were carried out, or refused.
    var counts: (accepted: Int, refused: Int) { (core.accepted, core.refused) }

    var isConnected: Bool { link.isConnected }

    var status: Status.Broker { link.status }

    /// The trouble for a person to mend; nil while the broker answers, or may answer in a moment.
    func fault(at now: Instant) -> Fault? {
        guard let trouble = link.trouble(at: now) else { return nil }
        return Fault(
            "home_assistant", of: "home assistant", "broker \(link.address): \(trouble)",
            fix: "see the broker, and [home-assistant]; talk and calls do not need it")
    }

    /// The time for the next call of `tick`; nil while the connection stands.
    var deadline: Instant? { link.deadline }

    /// Starts the program when that is due.
    ///
    /// - Returns: The descriptor of a new program; nil where none was started.
    func tick(at now: Instant) -> Int32? {
        let started = link.tick(at: now)
        // Before there is a connection, the program waits for the order to connect.
        _ = link.sendWaiting(at: now)
        return started
    }

    /// Reads the broker's messages, up to the next request, which the present state allows.
    func nextRequest(in state: HomeAssistant.State, at now: Instant) -> Request? {
        update(state)
        while let news = link.nextNews(at: now) {
            switch news {
            case .connected:
                core.connected()
                looksAt = now
            case .disconnected: core.disconnected()
            case .message(let topic, let payload, let isRetained):
                let request = core.receive(payload, at: topic, isRetained: isRetained, at: now)
                if let request { return request }
            }
        }
        return nil
    }

    /// Leaves do-not-disturb to a person, who has just asked for it here, or for its end.
    func leaveRest() { core.leaveRest() }

    /// Reports that a peer rings here.
    func rang(by peer: String) { core.rang(by: peer) }

    /// Publishes the present state; calls `problem` now and then.
    func show(_ state: HomeAssistant.State, at now: Instant, problem newest: () -> String?) {
        if now >= looksAt {
            looksAt = now + Self.interval
            problem = newest()
        }
        update(state)
        while link.sendWaiting(at: now), let order = core.nextOrder() { link.order(order) }
    }

    private func update(_ now: HomeAssistant.State) {
        var state = now
        state.problem = problem
        core.update(state)
    }

    /// Ends the program; the broker then reports that this station is away.
    func close() { link.close() }
}
