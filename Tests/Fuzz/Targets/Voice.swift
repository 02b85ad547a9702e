internal import Audio
internal import Time
internal import Wire

extension FuzzTarget {
    /// One talker, from the plaintext of its packets to sound: jitter buffer, Opus, stretching.
    static let voice = FuzzTarget(name: "voice") { bytes, isPlanted in
        var input = FuzzInput(bytes)
        guard var voice = try? Voice(delayMax: .milliseconds(240)) else { return }
        var now = Instant(nanoseconds: 1_000_000_000)
        var sound = [Int16](repeating: 0, count: PCM.blockMax)
        var pulls = 0
        for _ in 0..<64 where !input.isAtEnd {
            switch input.below(8) {
            case 0...4: insert()
            case 5: now = now + .milliseconds(Int(input.byte()))
            case 6: voice.end(last: input.word())
            default: pull(1 + input.below(20))
            }
        }
        pull(40)
        _ = voice.report(at: now)
        planted(isPlanted, at: voice.totals.recovered > 0 && voice.totals.concealedMs > 0)

        func insert() {
            let plaintext = input.piece(5 + input.below(120))
            guard let packet = AudioPacket(parsing: plaintext.span) else { return }
            let isStart = input.below(4) == 0
            for index in (0...packet.depth).reversed() {
                let frame = packet.frame(index)
                voice.insert(
                    sequence: frame.sequence, payload: plaintext.span.extracting(frame.range),
                    isSpurtStart: isStart && index == 0, isLast: packet.isLast && index == 0,
                    isCopy: index > 0, at: now)
            }
        }

        func pull(_ count: Int) {
            for _ in 0..<count {
                var span = sound.mutableSpan
                _ = voice.pull(into: &span, at: now)
                now = now + .milliseconds(10)
                pulls += 1
            }
        }
    }
}
