internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Report
internal import Time

/// Plays and listens on an ordinary thread: nothing here must be on time, only whole.
struct SoundTrial: ~Copyable {
    private var waiting: EventLoop
    private let end: Instant

    /// Samples that the cards are asked to hold: 160 ms.
    private static let held = 160 * 48
    /// Often enough for them.
    private static let pause = Duration.milliseconds(5)
    /// Blocks that are not looked at: converters need a moment to settle after they are switched
    /// on.
    private static let settling = 10

    /// Begins a trial that moves this many samples each way, with five seconds beside for a card
    /// that gives or takes nothing.
    init(samples: Int) throws(Failure) {
        waiting = try attempt { () throws(SystemError) in try EventLoop() }
        end = Clock.now() + .milliseconds(samples / 48) + .seconds(5)
    }

    /// Begins one that listens for this many blocks.
    init(blocks: Int) throws(Failure) {
        try self.init(samples: (Self.settling + blocks) * PCM.blockMax)
    }

    static func wanted(_ audio: Config.Audio) -> PCMParameters.Wanted {
        let period = audio.periodSamples
        return PCMParameters.Wanted(
            periodSamples: period, periods: max(audio.periods, held / period))
    }

    /// Plays all of it, and waits until it is heard.
    ///
    /// False when the card takes no more.
    mutating func play(_ sound: [Int16], on pcm: inout PCMDevice) throws(Failure) -> Bool {
        try attempt { () throws(PCMError) in try pcm.start() }
        var done = 0
        while done < sound.count {
            let moved = try Self.samples(pcm.write(sound.span.extracting(droppingFirst: done))) ?? 0
            done += moved
            guard moved > 0 || wait() else { return false }
        }
        _ = waiting.wait(until: Clock.now() + .milliseconds(pcm.delay() / 48 + 20))
        pcm.stop()
        return true
    }

    /// Gives `count` blocks to `each`, as they come; false when the card gives no more.
    mutating func listen(
        _ count: Int, on pcm: inout PCMDevice, _ each: (Block) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        try attempt { () throws(PCMError) in try pcm.start() }
        var block = [Int16](repeating: 0, count: pcm.granted.bufferSamples)
        var frame = Block(repeating: 0)
        var filled = 0
        var blocks = -Self.settling
        while blocks < count {
            var span = block.mutableSpan
            let moved = try Self.samples(pcm.read(into: &span)) ?? 0
            for index in 0..<moved where blocks < count {
                frame[filled] = block[index]
                filled += 1
                guard filled == PCM.blockMax else { continue }
                filled = 0
                blocks += 1
                if blocks > 0 { try each(frame) }
            }
            guard moved > 0 || wait() else { return false }
        }
        pcm.stop()
        return true
    }

    /// How many samples a transfer has moved; nil where some were lost.
    private static func samples(_ transfer: PCMTransfer) throws(Failure) -> Int? {
        switch transfer {
        case .samples(let count): return count
        case .wouldBlock, .suspended: return 0
        case .xrun: return nil
        case .gone(let error): throw error.failure
        }
    }

    /// Lets the card work; false when it has had its time.
    private mutating func wait() -> Bool {
        _ = waiting.wait(until: Clock.now() + Self.pause)
        return Clock.now() < end
    }
}

/// The result of a `test` command: a verdict for people, numbers for programs.
struct TrialReport {
    enum Verdict: String {
        case ok
        /// Done; only the person can tell whether it was heard or seen.
        case done
        case failed

        /// The start of the line, padded to one width.
        var word: String { padded(self == .failed ? "FAIL" : rawValue, to: 6) }
    }

    /// `speaker`.
    let test: String
    /// The card or line.
    let device: String
    let verdict: Verdict
    /// One sentence, with what to do if there is something.
    let text: String
    /// The finding in one word, where there is more than the verdict.
    var word: String?
    var numbers: [(key: String, value: Double?)] = []

    /// Prints it; what failed ends with 1.
    func print(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
        try printResult(json, verdict.word + text.visible, invocation)
        return verdict == .failed ? .failed : .ok
    }

    private var json: JSON {
        var json = JSON.result()
        json.set("test", JSON(test))
        json.set("device", JSON(device))
        json.set("ok", JSON(verdict != .failed))
        json.set("verdict", JSON(word ?? verdict.rawValue))
        json.set("message", JSON(text))
        var inner = JSON.object()
        for (key, value) in numbers { inner.set(key, value.map { JSON($0) } ?? .null()) }
        json.set("numbers", inner)
        return json
    }
}

/// Prints progress, unless the output is JSON.
func printProgress(_ text: String, _ invocation: borrowing Invocation) throws(Failure) {
    if !invocation.isJSON { try printLine(text) }
}
