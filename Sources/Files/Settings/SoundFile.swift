internal import Audio
public import HAL

/// A sound in a WAV file of any format, with any other content.
public enum SoundFile {
    /// Why a file cannot be played.
    public enum Complaint: Error {
        case unread(SystemError)
        /// Follows the path in a sentence.
        case unfit(String)

        /// Follows the path in a sentence.
        public var text: String {
            switch self {
            case .unread(let error): "cannot be read, \(error)"
            case .unfit(let text): text
            }
        }
    }

    /// The bytes of a second of the largest samples, with the other content of the file.
    private static let bytesPerSecond = 192_000 * 2 * 4

    /// Reads the samples of a plain file, at 48 kHz, of at most this many seconds.
    public static func samples(_ path: String, seconds: Int) throws(Complaint) -> [Int16] {
        try samples(seconds) { () throws(SystemError) in try OpenFile(reading: path) }
    }

    /// Does the same for pipes and standard input ("-"), and waits for their writer.
    public static func samples(waitingFor path: String, seconds: Int) throws(Complaint) -> [Int16] {
        try samples(seconds) { () throws(SystemError) in try OpenFile(waitingFor: path) }
    }

    private static func samples(
        _ seconds: Int, _ open: () throws(SystemError) -> OpenFile
    ) throws(Complaint) -> [Int16] {
        let file: OpenFile
        do throws(SystemError) { file = try open() } catch { throw .unread(error) }
        var reader = WAVReader()
        var sound: [Float] = []
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var left = seconds * bytesPerSecond
        while true {
            let count: Int
            do throws(SystemError) {
                var room = bytes.mutableSpan
                count = try file.read(into: &room)
            } catch { throw .unread(error) }
            left -= count
            do throws(WAVProblem) {
                if count == 0 {
                    try reader.finish()
                    break
                }
                try reader.add(bytes.span.extracting(first: count)) { sound.append($0) }
            } catch { throw .unfit(error.text) }
            guard left >= 0, sound.count <= seconds * (reader.format?.rate ?? PCM.sampleRate) else {
                throw .unfit("is too long: at most \(seconds) s are played")
            }
        }
        return resampled(sound, rate: reader.format?.rate ?? PCM.sampleRate)
    }

    private static func resampled(_ sound: [Float], rate: Int) -> [Int16] {
        var resampler = Resampler(rate: rate)
        var samples: [Int16] = []
        for sample in sound { resampler.add(sample) { samples.append($0) } }
        resampler.finish { samples.append($0) }
        return samples
    }
}
