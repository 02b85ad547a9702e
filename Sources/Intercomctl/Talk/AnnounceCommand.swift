internal import Audio
internal import Control
internal import HAL
internal import Time

/// `announce TARGET --file x.wav`: reads a file and lets the station send it.
///
/// This program reads the file with the caller's permissions; the daemon only receives samples.
func announce(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard let path = invocation.file else {
        throw Failure(.usage, "announce needs --file FILE.wav")
    }
    var file = try SoundFile(path)
    try file.open()
    let target = invocation.arguments[0]
    // The reply comes after the daemon has played the audio that waits in the socket.
    var daemon = try Daemon(invocation, patience: .seconds(15))
    let request = Request.announce(
        target: target, priority: invocation.priority, samples: file.samples)
    guard case .announce(let begun) = try daemon.ask(request) else { throw Failure.misfit }
    if !invocation.isJSON {
        let listeners =
            begun.listeners.isEmpty
            ? "no listener hears it now" : begun.listeners.joined(separator: ", ").visible
        let length = decimal(Double(file.samples) / Double(PCM.sampleRate), unit: " s")
        try printLine("announcing \(length) to \(begun.target.visible): \(listeners)")
    }
    while let sound = try file.next() { try daemon.give(sound) }
    guard case .announce(let over) = try daemon.answerLate() else { throw Failure.misfit }
    if invocation.isJSON {
        try printLine(over.json)
    } else {
        try printLine("heard: \(over.heard.sentence.visible)")
    }
    return over.heard.isHeard ? .ok : .failed
}

/// A WAV file, read in parts and converted to 48 kHz, 16 bits, one channel.
private struct SoundFile: ~Copyable {
    private static let part = 65_536
    private static let secondsMax = 60

    private let path: String
    private let file: FileReader
    private var reader = WAVReader()
    private var resampler: Resampler?
    private var ready: [UInt8] = []
    private var isDone = false
    /// Samples given so far.
    private var given = 0
    /// The number of samples at 48 kHz.
    private(set) var samples = 0

    init(_ path: String) throws(Failure) {
        let file: FileReader
        do throws(SystemError) {
            file = try FileReader(path)
        } catch { throw Failure(error) }
        self.file = file
        self.path = path
    }

    /// Reads the header and checks that the file is as long as it says.
    mutating func open() throws(Failure) {
        while !reader.hasBegun, !isDone { try readPart() }
        guard let format = reader.format, reader.hasBegun else { throw failure(.notWAV) }
        let there = file.size > reader.headerSize ? file.size - reader.headerSize : 0
        let wanted = reader.soundBytes ?? there
        guard wanted <= there else {
            let text = "\(seconds(format, there)) of \(seconds(format, wanted)) are there"
            throw Failure(.failed, "\(path.visible) is cut short: \(text); write the file again")
        }
        guard format.seconds(wanted) <= Double(Self.secondsMax) else {
            let text = "it has \(seconds(format, wanted)), and an announcement at most"
            throw Failure(
                .failed, "\(path.visible) is too long: \(text) \(Self.secondsMax) s")
        }
        let frames = Int(wanted / UInt64(format.frameSize))
        guard frames > 0 else { throw failure(.empty) }
        samples = max(1, frames * PCM.sampleRate / format.rate)
    }

    /// The next samples, two bytes each, low byte first; nil at the end.
    mutating func next() throws(Failure) -> [UInt8]? {
        while ready.isEmpty, !isDone { try readPart() }
        if ready.isEmpty {
            guard given < samples else { return nil }
            // The last sample of all may be rounded away.
            for _ in 0..<2 * min(samples - given, 4_096) { ready.append(0) }
        }
        let left = (samples - given) * 2
        let sound = ready.count > left ? Array(ready[0..<left]) : ready
        ready.removeAll(keepingCapacity: true)
        given += sound.count / 2
        return sound.isEmpty ? nil : sound
    }

    private mutating func readPart() throws(Failure) {
        let bytes = try Self.read(file)
        guard !bytes.isEmpty else { return try finish() }
        var floats: [Float] = []
        do throws(WAVProblem) {
            try reader.add(bytes.span) { floats.append($0) }
        } catch { throw failure(error) }
        resample(floats)
    }

    private static func read(_ file: borrowing FileReader) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: part)
        do throws(SystemError) {
            var room = bytes.mutableSpan
            let count = try file.read(into: &room)
            bytes.removeLast(part - count)
            return bytes
        } catch { throw Failure(error) }
    }

    private mutating func resample(_ floats: [Float]) {
        guard let format = reader.format, !floats.isEmpty else { return }
        var resampler = self.resampler.take() ?? Resampler(rate: format.rate)
        var sound = ready
        for sample in floats {
            resampler.add(sample) { Self.append($0, to: &sound) }
        }
        ready = sound
        self.resampler = consume resampler
    }

    private mutating func finish() throws(Failure) {
        isDone = true
        do throws(WAVProblem) { try reader.finish() } catch { throw failure(error) }
        guard var resampler = self.resampler.take() else { return }
        var sound = ready
        resampler.finish { Self.append($0, to: &sound) }
        ready = sound
    }

    private static func append(_ sample: Int16, to sound: inout [UInt8]) {
        let bits = UInt16(bitPattern: sample)
        sound.append(UInt8(truncatingIfNeeded: bits))
        sound.append(UInt8(bits >> 8))
    }

    private borrowing func failure(_ problem: WAVProblem) -> Failure {
        Failure(.failed, "\(path.visible) \(problem.text)")
    }

    private borrowing func seconds(_ format: WAVFormat, _ bytes: UInt64) -> String {
        decimal(format.seconds(bytes), unit: " s")
    }
}
