/// A peer's answer to a request for its relay or call light.
public enum PeerAnswer: String, Sendable, CaseIterable {
    case done
    /// Its policy does not allow it, there is no such relay, or it cannot be switched.
    case denied
    /// It has no lamp for the call light.
    case unseen
    /// It does not know such requests.
    case unknown
    case noAnswer = "no_answer"

    /// For a person.
    public var words: String {
        switch self {
        case .done: "done"
        case .denied: "no such relay there, not allowed, or a fault"
        case .unseen: "nothing there shows it: no lamp has show = calling"
        case .unknown: "not known there"
        case .noAnswer: "no answer"
        }
    }
}

extension Event {
    /// The `result` event: `what` was asked of `peer` as this request.
    public init(
        _ answer: PeerAnswer, to what: String, request: Int, of peer: String,
        at timeMilliseconds: Int
    ) {
        self.init(.result, at: timeMilliseconds)
        self.peer = peer
        self.request = request
        detail = "\(what): \(answer.words)"
        outcome = answer.rawValue
        status = answer == .done ? .done : .failed
        cause = answer == .done ? nil : answer.rawValue
    }
}
