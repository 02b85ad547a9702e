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
        guard let deed = row.deed else { return nil }
        let group = Right.administrators
        return ControlError(
            .denied,
            "\(deed) is for root and members of group \(group): sudo usermod -aG \(group) $USER,"
                + " and log in again")
    }

    /// Whether the request must be done at once or not at all; closing a microphone is always done.
    public var isForNow: Bool { row.isForNow }

    /// Whether the request lasts beyond its reply: its caller waits for more, or the request lasts
    /// as long as the caller.
    public var outlastsItsReply: Bool { row.outlastsItsReply }

    /// `deed` is the name of an act for administrators alone; nil if every person may make the
    /// request.
    private var row: (deed: String?, isForNow: Bool, outlastsItsReply: Bool) {
        switch self {
        case .status, .peers, .watchEvents, .key, .version, .state, .reject, .hangUp, .show,
            .ptt(isDown: false, _), .page(_, isDown: false, _), .message(.end), .message(.list):
            (nil, false, false)
        case .ptt, .tone, .signal, .answer, .relay(_, peer: nil): (nil, true, false)
        case .talk, .message(.record), .message(.send), .message(.play), .message(.delete):
            (nil, true, true)
        case .history: (nil, false, true)
        case .levels: ("showing the sound of the microphone", false, false)
        case .reload: ("reading the settings again", true, true)
        case .pair: ("pairing with another station", true, true)
        case .join: ("joining a site", true, true)
        case .relay: ("switching a relay of another station", true, false)
        case .call(_, .dropIn, _): ("dropping in on another room", true, false)
        case .call(_, .listenIn, _): ("listening in on another room", true, false)
        case .call(_, .call, let priority): (priority.deed, true, false)
        case .announce(_, let priority, _), .page(_, _, let priority): (priority.deed, true, true)
        }
    }
}

extension Priority {
    fileprivate var deed: String? { self == .emergency ? "the emergency priority" : nil }
}
