/// One reading of the meters, 20 a second for watchers of `levels`: one JSON object, one line.
public struct Levels: JSONRecord, Equatable, Sendable {
    public var schema = 1
    /// Milliseconds since 1970, UTC.
    public var timeMilliseconds = 0
    public var name = ""
    public var microphone = Status.Microphone()
    /// What is played, all talkers together.
    public var speaker = Status.Meter()
    /// The talkers who are heard now.
    public var talkers: [Talker] = []
    /// The microphone in thirds of an octave from 100 Hz to 16 kHz, in dBFS; empty while its card
    /// does not run.
    public var spectrumDBFS: [Double] = []
    /// The least and the greatest sample of the microphone since the look before, -1 to 1; null
    /// when there were none.
    public var low: Double?
    public var high: Double?
    /// Readings since the last one that this reader was too slow for.
    public var lost = 0

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("schema", &schema)
        coder.field("time_ms", &timeMilliseconds)
        coder.field("name", &name)
        coder.field("microphone", &microphone)
        coder.field("speaker", &speaker)
        coder.field("talkers", &talkers)
        coder.field("spectrum_dbfs", &spectrumDBFS)
        coder.field("low", &low)
        coder.field("high", &high)
        coder.field("lost", &lost)
    }

    /// One voice.
    public struct Talker: JSONRecord, Equatable, Sendable {
        public var name = ""
        public var peakDBFS = 0.0
        public var rmsDBFS = 0.0

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("name", &name)
            coder.field("peak_dbfs", &peakDBFS)
            coder.field("rms_dbfs", &rmsDBFS)
        }
    }

    /// The line, newline included.
    public var encoded: [UInt8] { json.line }

    /// Reads one line, without its newline.
    public init?(parsing line: Span<UInt8>) {
        guard line.count <= ControlLimits.reply, let object = JSON(parsing: line) else {
            return nil
        }
        self.init(json: object)
    }
}
