internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Report
internal import Time

/// Plays and listens on an ordinary thread: sound may come late here, but must be whole.
struct SoundTrial: ~Copyable {
    private var waiting: EventLoop
    private let end: Instant

    /// The samples that a card is asked to buffer: 160 ms.
    private static let held = 160 * 48
    /// Short enough for that buffer.
    private static let pause = Duration.milliseconds(5)
    /// The first blocks, which are ignored: converters need a moment to settle after power-on.
    private static let settling = 10

    /// Begins a trial of this many samples; a card that is five seconds late counts as stuck.
    init(samples: Int) throws(Failure) {
        waiting = try attempt { () throws(SystemError) in try EventLoop() }
        end = Clock.now() + .milliseconds(samples / 48) + .seconds(5)
    }

    /// Begins a trial that listens for this many blocks.
    init(blocks: Int) throws(Failure) {
        try self.init(samples: (Self.settling + blocks) * PCM.blockMax)
    }

    static func wanted(_ audio: Config.Audio) -> PCMParameters.Wanted {
        let period = audio.periodSamples
        return PCMParameters.Wanted(
            periodSamples: period, periods: max(audio.periods, held / period))
    }

    /// Plays the whole sound, and waits until it is heard.
    ///
    /// Returns false if the card takes no more samples.
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

    /// Passes `count` blocks to `each` as they come; returns false if the card gives no more.
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

    /// Returns the number of samples that a transfer has moved; nil if some were lost.
    private static func samples(_ transfer: PCMTransfer) throws(Failure) -> Int? {
        switch transfer {
        case .samples(let count): return count
        case .wouldBlock, .suspended: return 0
        case .xrun: return nil
        case .gone(let error): throw error.failure
        }
    }

    /// Waits for the card; returns false if the time of the trial is over.
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

    /// The name of the test, such as `speaker`.
    let test: String
    /// The card or line.
    let device: String
    let verdict: Verdict
    /// One sentence, with advice if there is any.
    let text: String
    /// The finding in one word, where it says more than the verdict.
    var word: String?
    var numbers: [(key: String, value: Double?)] = []

    /// Prints the report; a failed test ends with exit status 1.
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
