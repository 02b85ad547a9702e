internal import HAL
internal import Peering
internal import Presentation
internal import Station
internal import Wire

/// The kernel's word on whether anything listens where a peer should be.
extension Links {
    /// A question to the kernel that is under way.
    struct Probe {
        let probe: UDPProbe
        let endpoint: Endpoint
    }

    /// What came of a probe that was to begin.
    enum Beginning {
        case underWay
        /// The kernel cannot send it; nil where that tells nothing of the address.
        case over(ProbeOutcome?)
    }

    /// Begins to ask the kernel.
    mutating func probe(_ peer: Int, _ endpoint: Endpoint) -> Beginning {
        switch UDPProbe.start(to: SocketAddress(endpoint)) {
        case .sent(let probe):
            probes[peer] = Probe(probe: probe, endpoint: endpoint)
            return .underWay
        case .failed(let fault): return .over(ProbeOutcome(fault))
        }
    }

    /// The kernel's answer for a peer, or its silence where the time for one is over.
    ///
    /// - Returns: Nil where none was sent, where it may still answer, and where the answer tells
    ///   nothing of the address.
    mutating func probeOutcome(
        of peer: Int, isOver: Bool
    ) -> (endpoint: Endpoint, outcome: ProbeOutcome)? {
        guard let sent = probes[peer] else { return nil }
        let fault = sent.probe.fault()
        guard fault != nil || isOver else { return nil }
        probes[peer] = nil
        guard let outcome = fault.map({ ProbeOutcome($0) }) ?? .silent else { return nil }
        return (sent.endpoint, outcome)
    }
}

extension ProbeOutcome {
    /// Nil for what tells nothing of the address.
    fileprivate init?(_ fault: UDPProbe.Fault) {
        switch fault {
        case .portClosed: self = .portClosed
        case .unreachable: self = .unreachable
        case .noRoute: self = .noRoute
        case .blocked: self = .blocked
        case .other: return nil
        }
    }
}
