internal import Report

extension FuzzTarget {
    /// What comes on the control socket: lines however cut, then requests.
    static let requests = FuzzTarget(name: "requests") { bytes, isPlanted in
        var buffer = LineBuffer(limit: 512)
        let cut = bytes.count / 2
        buffer.append(bytes.extracting(0..<cut))
        buffer.append(bytes.extracting(cut..<bytes.count))
        while let line = buffer.next() {
            guard case .line(let text) = line else { continue }
            check(text.span, isPlanted)
        }
        check(bytes, isPlanted)
    }

    private static func check(_ line: Span<UInt8>, _ isPlanted: Bool) {
        do throws(ControlError) {
            let request = try Request(parsing: line)
            let written = request.encoded
            let end = written.last == UInt8(ascii: "\n") ? written.count - 1 : written.count
            let again = try? Request(parsing: written.span.extracting(0..<end))
            precondition(again == request, "a request differs when written again")
            if case .history(let query) = request { planted(isPlanted, at: !query.isMissed) }
        } catch {
            precondition(!error.description.isEmpty)
        }
    }
}
