internal import Wire

/// The right that a local user needs for a request, besides access to the control socket.
///
/// Root, the daemon's user and group `intercom` can open the socket, and may do everything that the
/// buttons of this station might do. An administrator changes this station, and acts at other
/// stations without asking a person there. The list is an interface, documented in
/// docs/security/threat-model.md.
public enum Right {
    /// The group whose members have all rights.
    public static let administrators = "intercom-admin"
}

extension Request {
    /// The refusal for a caller that is no administrator; nil if every person may make the request.
    public var refusal: ControlError? {
        guard let deed else { return nil }
        let group = Right.administrators
        return ControlError(
            .denied,
            "\(deed) is for root and members of group \(group): sudo usermod -aG \(group) $USER,"
                + " and log in again")
    }

    /// The name of an act for administrators alone; nil if every person may make the request.
    private var deed: String? {
        switch self {
        case .reload: "reading the settings again"
        case .levels: "showing the sound of the microphone"
        case .pair: "pairing with another station"
        case .join: "joining a site"
        case .relay(_, peer: .some): "switching a relay of another station"
        case .call(_, .dropIn, _): "dropping in on another room"
        case .call(_, .listen, _): "listening in on another room"
        case .call(_, .call, .emergency), .page(_, isDown: true, .emergency),
            .announce(_, .emergency, _):
            "the emergency priority"
        case .status, .peers, .ptt, .talk, .monitor, .announce, .relay, .signal, .tone, .key,
            .version, .history, .state, .call, .answer, .reject, .hangUp, .page, .show, .message:
            nil
        }
    }
}
