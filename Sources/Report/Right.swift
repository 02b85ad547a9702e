internal import Wire

/// What a local user needs to have a request granted, besides the control socket itself.
///
/// Root, the daemon's user and group `intercom` can open the socket. The list is an interface, and
/// stands in docs/security/threat-model.md.
public enum Right: Equatable, Sendable {
    /// A person at this station: whatever its buttons might do.
    case person
    /// An administrator: changes this station, and acts at other stations without asking a person
    /// there.
    case administration

    /// The group that has the right to all of it.
    public static let administrators = "intercom-admin"
}

extension Request {
    public var right: Right {
        switch self {
        case .reload, .levels, .latency, .relay(_, peer: .some),
            .call(_, .dropIn, _), .call(_, .listen, _),
            .call(_, .call, .emergency), .page(_, isDown: true, .emergency),
            .announce(_, .emergency, _), .pair, .join:
            .administration
        case .status, .peers, .ptt, .talk, .monitor, .announce, .relay, .signal, .tone, .key,
            .version, .history, .state, .call, .answer, .reject, .hangUp, .page, .show:
            .person
        }
    }

    /// The refusal of a caller that has not the right to administration.
    public var refusal: ControlError {
        let group = Right.administrators
        return ControlError(
            .denied,
            "\(deed) is for root and members of group \(group): sudo adduser $USER \(group), and "
                + "log in again")
    }

    /// What the request is, where only some may do it.
    private var deed: String {
        switch self {
        case .reload: "reading the settings again"
        case .levels: "showing the sound of the microphone"
        case .latency: "measuring the way to a peer with sound"
        case .pair: "pairing with another station"
        case .join: "joining a site"
        case .relay: "switching a relay of another station"
        case .call(_, .dropIn, _): "dropping in on another room"
        case .call(_, .listen, _): "listening in on another room"
        case .call, .page, .announce: "the emergency priority"
        default: "this"
        }
    }
}
