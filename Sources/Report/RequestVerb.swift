extension Request {
    /// The word in `do`, one for each kind of request.
    enum Verb: String, CaseIterable {
        case status, peers, ptt, talk, monitor, levels, latency, announce, relay, signal, tone, key
        case version, reload, history, state, call, answer, reject
        case hangUp = "hangup"
        case page, show, pair, join

        /// The member `target` that the request cannot do without.
        func target(_ json: borrowing JSON) throws(ControlError) -> String {
            guard let target = json.member("target")?.text else {
                throw ControlError(
                    .badRequest, "\(rawValue) needs \"target\": a peer or a channel")
            }
            return target
        }

        /// The same of `peer`.
        func peer(_ json: borrowing JSON) throws(ControlError) -> String {
            guard let peer = json.member("peer")?.text else {
                throw ControlError(.badRequest, "\(rawValue) needs \"peer\": its name")
            }
            return peer
        }
    }

    var verb: Verb {
        switch self {
        case .status: .status
        case .peers: .peers
        case .ptt: .ptt
        case .talk: .talk
        case .monitor: .monitor
        case .levels: .levels
        case .latency: .latency
        case .announce: .announce
        case .relay: .relay
        case .signal: .signal
        case .tone: .tone
        case .key: .key
        case .version: .version
        case .reload: .reload
        case .history: .history
        case .state: .state
        case .calls(.call): .call
        case .calls(.answer): .answer
        case .calls(.reject): .reject
        case .calls(.hangUp): .hangUp
        case .calls(.page): .page
        case .calls(.show): .show
        case .pair: .pair
        case .join: .join
        }
    }
}
