internal import Report

extension Request {
    /// Whether it is to be done at once or not at all; what closes a microphone is always done.
    var isForNow: Bool {
        switch self {
        case .ptt(let isDown, _): isDown
        case .reload(let isCheck): !isCheck
        case .talk, .tone, .announce, .latency, .relay, .signal, .pair, .join: true
        case .status, .peers, .monitor, .levels, .key, .version, .history, .state: false
        case .call, .answer: true
        case .page(_, let isDown, _): isDown
        case .reject, .hangUp, .show: false
        }
    }

    /// Whether more than its reply comes of it: its caller waits, or it lasts as long as the caller
    /// is there.
    var outlastsItsReply: Bool {
        switch self {
        case .talk, .announce, .latency, .reload(isCheck: false), .page(_, true, _), .pair,
            .history, .join:
            true
        default: false
        }
    }
}

extension Reply {
    /// Whether nothing follows this reply, although its request is one that outlasts a reply.
    var isLast: Bool {
        switch self {
        case .refused, .latency: true
        case .pairing(let report): report.stage == .paired
        default: false
        }
    }
}
