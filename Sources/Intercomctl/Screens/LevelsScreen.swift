internal import Audio
internal import Report
internal import Time

/// The meters as lines of text, for a terminal of any size.
///
/// From top to bottom: the station; a bar for each direction and talker, with a mark for the peak;
/// and the meaning of the words. A terminal narrower than 80 columns has no scale and no words, and
/// one without room for the bars gets a notice.
struct LevelsScreen {
    private static let columnsMin = 80
    /// The least size for the bars alone.
    private static let barsColumnsMin = 40
    private static let barsRowsMin = 4

    private static let barFloor = -60.0

    private var now = Levels()
    private var moment = Instant(nanoseconds: 0)
    private var microphoneMark = PeakHold()
    private var speakerMark = PeakHold()
    private var marks: [(name: String, mark: PeakHold)] = []
    /// Whether the terminal shows more than ASCII.
    private let isRich: Bool

    /// Whether there is anything to draw.
    private(set) var hasLooks = false

    init(isRich: Bool) { self.isRich = isRich }

    /// Takes one more look.
    mutating func add(_ levels: Levels) {
        hasLooks = true
        now = levels
        // A daemon that was taken over can send any number.
        let (nanoseconds, isTooLarge) = Int64(levels.timeMilliseconds)
            .multipliedReportingOverflow(by: 1_000_000)
        moment = Instant(nanoseconds: isTooLarge ? 0 : nanoseconds)
        marks.removeAll { known in !levels.talkers.contains { $0.name == known.name } }
        for talker in levels.talkers where !marks.contains(where: { $0.name == talker.name }) {
            marks.append((talker.name, PeakHold()))
        }
    }

    /// As many lines as there are rows, none longer than there are columns.
    mutating func lines(columns: Int, rows: Int) -> [String] {
        guard columns >= Self.barsColumnsMin, rows >= Self.barsRowsMin else {
            return tooSmall(columns, rows)
        }
        // Wider than this nothing is gained.
        let columns = min(columns, 200)
        let isWide = columns >= Self.columnsMin
        var lines =
            isWide
            ? [header(columns), scale(columns)]
            : [String("\(now.name.visible)  \(state)".prefix(columns))]
        lines += bars(columns, talkers: max(0, rows - lines.count - 3))
        while lines.count < rows - 1 { lines.append("") }
        lines.append(isWide ? Self.words : padding(columns - Self.ending.count) + Self.ending)
        return Array(lines.prefix(rows))
    }

    /// One look as a line, for a pipe, a file or a terminal without a cursor.
    static func plain(_ levels: Levels) -> String {
        func part(_ name: String, _ rms: Double?, _ peak: Double?) -> String {
            guard let rms else { return "\(name) -" }
            let loudest = peak.map { " peak \(whole($0))" } ?? ""
            return "\(name) \(whole(rms)) dBFS\(loudest) \(SoundLevel(rms: rms).rawValue)"
        }
        let microphone = levels.microphone.meter
        var text = String(timeOfDay(milliseconds: levels.timeMilliseconds).dropLast(2))
        text += "  " + part("microphone", microphone.rmsDBFS, microphone.peakDBFS)
        text += "  " + part("speaker", levels.speaker.rmsDBFS, levels.speaker.peakDBFS)
        for talker in levels.talkers {
            text += "  " + part(talker.name.visible, talker.rmsDBFS, talker.peakDBFS)
        }
        return text
    }

    /// `silent < -60 <= quiet < -40 …`: the words with their thresholds.
    static var words: String {
        var text = "dBFS:"
        for word in SoundLevel.allCases {
            if word != .silent { text += " \(whole(word.threshold))" }
            text += " \(word.rawValue)"
        }
        return text
    }

    /// Microphone, speaker and so many talkers.
    private mutating func bars(_ columns: Int, talkers: Int) -> [String] {
        var lines = [
            bar(
                "microphone", now.microphone.meter.rmsDBFS, now.microphone.meter.peakDBFS,
                microphoneMark.mark(now.microphone.meter.peakDBFS ?? -96, at: moment), columns),
            bar(
                "speaker", now.speaker.rmsDBFS, now.speaker.peakDBFS,
                speakerMark.mark(now.speaker.peakDBFS ?? -96, at: moment), columns),
        ]
        for place in marks.indices.prefix(talkers) {
            guard let talker = now.talkers.first(where: { $0.name == marks[place].name }) else {
                continue
            }
            let mark = marks[place].mark.mark(talker.peakDBFS, at: moment)
            lines.append(bar(talker.name, talker.rmsDBFS, talker.peakDBFS, mark, columns))
        }
        return lines
    }

    private static let ending = "Ctrl-C ends"

    private func tooSmall(_ columns: Int, _ rows: Int) -> [String] {
        let text = [
            "too small:", "\(Self.barsColumnsMin) x \(Self.barsRowsMin)", "shows bars",
            Self.ending,
        ]
        return text.prefix(rows).map { String($0.prefix(columns)) }
    }

    private var state: String {
        let state = now.microphone.isOpen ? "microphone OPEN" : "microphone closed"
        guard !now.microphone.targets.isEmpty else { return state }
        return "\(state) to \(now.microphone.targets.joined(separator: ", ").visible)"
    }

    private func header(_ columns: Int) -> String {
        let microphone = now.microphone
        let snr = "SNR \(whole(microphone.snrDB, unit: " dB"))"
        let right = "\(snr)  clipped \(plural(microphone.meter.clips, "time"))  \(Self.ending)"
        let left = String("\(now.name.visible)  \(state)".prefix(columns - right.count - 1))
        return left + padding(columns - left.count - right.count) + right
    }

    private static let nameWidth = 12
    private static let levelWidth = 5
    private static let wordWidth = 15

    private static func barWidth(_ columns: Int) -> Int {
        columns - nameWidth - levelWidth - wordWidth
    }

    private static func place(_ level: Double, _ width: Int) -> Double {
        min(1, max(0, (level - barFloor) / -barFloor)) * Double(width)
    }

    private func scale(_ columns: Int) -> String {
        let width = Self.barWidth(columns)
        var cells = [Character](repeating: " ", count: columns)
        for level in stride(from: -60, through: -10, by: 10) {
            let start = Self.nameWidth + Self.levelWidth + Int(Self.place(Double(level), width))
            Self.write("\(level)", at: start, into: &cells)
        }
        Self.write("peak", at: columns - 14, into: &cells)
        return String(cells).trimmingEnd
    }

    /// Puts a text into a row, as far as the row goes.
    private static func write(_ text: String, at start: Int, into cells: inout [Character]) {
        for (place, character) in zip(start..., text) where place < cells.count {
            cells[place] = character
        }
    }

    private func bar(
        _ name: String, _ rms: Double?, _ peak: Double?, _ mark: Double, _ columns: Int
    ) -> String {
        let ownMicrophone = name == "microphone"
        let name = padded(String(name.visible.prefix(Self.nameWidth - 1)), to: Self.nameWidth)
        guard let rms else {
            let cause =
                ownMicrophone ? "muted, or its card does not run:" : "its card does not run,"
            let why = columns < Self.columnsMin ? "see" : "\(cause) see"
            return "\(name)   -  \(why) intercomctl status"
        }
        let width = Self.barWidth(columns)
        var cells = [Character](repeating: " ", count: width)
        let eighths = Int(Self.place(rms, width) * 8)
        for cell in 0..<width {
            let filled = eighths - cell * 8
            if filled >= 8 {
                cells[cell] = isRich ? "█" : "#"
            } else if filled > 0, isRich {
                cells[cell] = Self.parts[filled]
            }
        }
        if peak != nil, mark > Self.barFloor {
            cells[min(width - 1, Int(Self.place(mark, width)))] = isRich ? "│" : "|"
        }
        let number = whole(rms)
        let peakText = whole(peak)
        return
            ("\(name)\(padding(4 - number.count))\(number) " + String(cells)
            + " \(padding(4 - peakText.count))\(peakText) \(SoundLevel(rms: rms).rawValue)")
            .trimmingEnd
    }

    /// A cell filled from the left by eighths.
    private static let parts: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
}

extension String {
    /// Without blanks at the end.
    fileprivate var trimmingEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
