internal import Wire

extension FuzzTarget {
    /// The records of a control packet: what was read is written and read again.
    static let records = FuzzTarget(name: "records") { bytes, isPlanted in
        guard bytes.count <= PacketLayout.plaintextMax else { return }
        var count = 0
        let isRead = ControlReader.read(bytes) { record in
            count += 1
            let payload = ControlPayload(record)
            var again: ControlRecord?
            let written = payload.bytes
            precondition(ControlReader.read(written.span) { again = $0 })
            precondition(again == record, "a record differs when it is written again")
            guard case .signal(let signal) = record else { return }
            planted(isPlanted, at: signal.target == .relay && signal.time == 0x0A0A)
        }
        precondition(isRead || !bytes.isEmpty && count == 0)
    }
}
