package import Config
package import Station

extension Policy {
    /// What the settings let a peer do.
    package init(_ configured: Config.Policy) {
        let call: Answering =
            switch configured.call {
            case .ring: .ring
            case .auto: .auto
            case .never: .never
            }
        self.init(
            call: call, announce: configured.announce, dropIn: configured.dropIn,
            monitor: configured.monitor, high: configured.high,
            emergency: configured.emergency,
            relays: configured.relay.map { Reference.of(relay: $0) }, signal: configured.signal)
    }
}
