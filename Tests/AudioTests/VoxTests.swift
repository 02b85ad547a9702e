import Audio
import Testing

@Suite struct VoxTests {
    private var vox = Vox(threshold: 8, hang: .milliseconds(500))

    /// When it opened, in samples.
    private mutating func openings(
        _ samples: [Int16], block: Int = 480, speaker: Vox.Speaker = .silent
    ) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var since: Int?
        for start in stride(from: 0, to: samples.count - block + 1, by: block) {
            let isOpen = vox.add(samples.span.extracting(start..<start + block), speaker: speaker)
            if isOpen, since == nil { since = start }
            if !isOpen, let first = since {
                found.append(first..<start)
                since = nil
            }
        }
        if let since { found.append(since..<samples.count) }
        return found
    }

    @Test(arguments: [(480, 40), (240, 5), (120, 5)])
    mutating func itMissesNoWordAtFifteenDecibels(block: Int, count: Int) {
        let words = Words(count, level: -40, noise: -55, seed: 21)
        let opened = openings(words.samples, block: block)
        let missed = words.places.filter { word in
            // The sound in the pre-roll is not lost.
            !opened.contains { $0.lowerBound < word.lowerBound + 9_600 && $0.overlaps(word) }
        }
        let wrong = opened.filter { span in !words.places.contains { $0.overlaps(span) } }
        #expect(missed.isEmpty, "\(missed)")
        #expect(wrong.count <= words.samples.count / 48_000 / 60)
    }

    @Test mutating func itClosesAfterTheHang() {
        let words = Words(1, level: -30, noise: -65, seed: 4)
        let opened = openings(words.samples)
        let end = opened.last!.upperBound - words.places[0].upperBound
        #expect((9_600...28_800).contains(end), "\(end)")
    }

    @Test mutating func itsOwnSpeakerNeverOpensIt() {
        let words = Words(5, level: -20, noise: -65, seed: 5)
        #expect(openings(words.samples, speaker: .heard).isEmpty)
        // The same sound opens it when it is not the speaker's.
        #expect(openings(words.samples).count >= 5)
    }

    @Test mutating func besideACancelledSpeakerAClearVoiceOpensIt() {
        let words = Words(5, level: -30, noise: -65, seed: 6)
        #expect(openings(words.samples, speaker: .cancelled).count >= 5)
    }
}
