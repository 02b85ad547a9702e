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
}

/// The delay from this station's microphone to a peer's speaker, for `intercomctl test latency`.
///
/// The parts are known or taken for alike; the acoustic measurement is of the whole.
public struct Latency: JSONRecord, Equatable, Sendable {
    /// The outcome of the tone.
    public enum Finding: String, JSONWord, Sendable {
        case heard
        /// It was played, or so it seems, and not heard here; or the peer does not answer, as
        /// `problem` says.
        case silent
        /// It could not be tried; `problem` says why.
        case untried
    }

    public var schema = 1
    public var peer = ""
    /// From the key, debounced, to the first packet: of this tone's talkspurt.
    public var keyToPacketMilliseconds: Double?
    /// What a talk key's debouncing adds to that; null without a key.
    public var debounceMilliseconds: Double?
    /// Microphone: until a frame is whole.
    public var inputMilliseconds = 0.0
    /// What the coder holds back.
    public var codecMilliseconds = 0.0
    /// The way there: half a round trip.
    public var networkMilliseconds: Double?
    /// The jitter buffer there, as it reports; and of its voice here.
    public var bufferThereMilliseconds: Double?
    public var bufferHereMilliseconds: Double?
    /// Loudspeaker: what waits in this station's card; the peer's is taken for alike.
    public var outputMilliseconds = 0.0
    /// The sum from mouth to ear; null when a part is not known.
    public var estimateMilliseconds: Double?
    public var finding = Finding.untried
    /// From mouth to ear as heard, the way through the air included.
    public var acousticMilliseconds: Double?
    public var levelDBFS: Double?
    public var noiseFloorDBFS: Double?
    public var problem: String?

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("schema", &schema)
        coder.field("peer", &peer)
        coder.field("key_to_packet_ms", &keyToPacketMilliseconds)
        coder.field("debounce_ms", &debounceMilliseconds)
        coder.field("input_ms", &inputMilliseconds)
        coder.field("codec_ms", &codecMilliseconds)
        coder.field("network_ms", &networkMilliseconds)
        coder.field("buffer_there_ms", &bufferThereMilliseconds)
        coder.field("buffer_here_ms", &bufferHereMilliseconds)
        coder.field("output_ms", &outputMilliseconds)
        coder.field("estimate_ms", &estimateMilliseconds)
        coder.field("finding", &finding)
        coder.field("acoustic_ms", &acousticMilliseconds)
        coder.field("level_dbfs", &levelDBFS)
        coder.field("noise_floor_dbfs", &noiseFloorDBFS)
        coder.field("problem", &problem)
    }
}
