/// The number of stored properties and methods that one type has, its extensions included.
struct TypeSize: Equatable {
    /// `let` and `var` that take room in a value; a computed or a static one does not count.
    var storedProperties = 0
    /// `func`, `init`, `subscript` and `deinit`, the private and the static ones too.
    var methods = 0
}

/// The sizes of all types in some files, by module and name: `Media.MediaLoop`.
///
/// No parser: swift-format, which `tools/check` runs, puts each member of a type exactly one step
/// of four spaces deeper than the type, and nothing else. So the indentation shows what is a
/// member of what.
struct TypeSizes {
    private(set) var sizes: [String: TypeSize] = [:]
    /// The modules that declare a type of this name.
    private var homes: [String: Set<String>] = [:]

    init(of files: [SourceFile]) {
        var read: [(module: String, name: String, size: TypeSize)] = []
        for file in files {
            for (name, size, isExtension) in Self.types(in: file) {
                read.append((file.module, name, size))
                if !isExtension { homes[name, default: []].insert(file.module) }
            }
        }
        for (module, name, size) in read {
            let key = "\(home(of: name, seenFrom: module)).\(name)"
            sizes[key, default: TypeSize()].storedProperties += size.storedProperties
            sizes[key, default: TypeSize()].methods += size.methods
        }
    }

    /// The module whose type an extension in `module` adds to.
    private func home(of name: String, seenFrom module: String) -> String {
        guard let homes = homes[name], !homes.contains(module), homes.count == 1 else {
            return module
        }
        return homes.first ?? module
    }

    /// Attributes and modifiers, then the word that tells the kind of a declaration.
    nonisolated(unsafe) private static let declaration =
        #/
        ^ (?: @\w+ (?: \([^)]*\) )? \x20 )*
        ( (?: [a-z]+ (?: \(\w+\) )? \x20 )*? )
        ( func | init | subscript | deinit | let | var
        | struct | class | enum | protocol | extension ) \b [?]? \x20?
        (.*)
        /#

    /// The declarations of types in one file and their own members, an entry for each declaration.
    private static func types(
        in file: SourceFile
    ) -> [(name: String, size: TypeSize, isExtension: Bool)] {
        var found: [(name: String, size: TypeSize, isExtension: Bool)] = []
        /// The types around the line, the innermost last: its indentation, its place in `found`.
        var around: [(indent: Int, place: Int)] = []
        var isInText = false
        for (index, line) in file.lines.enumerated() {
            let opensOrClosesText = line.contains("\"\"\"")
            if opensOrClosesText { isInText.toggle() }
            let code = line.drop { $0 == " " }
            if isInText || opensOrClosesText || code.isEmpty || code.hasPrefix("//") { continue }
            let indent = line.count - code.count
            while let last = around.last, last.indent >= indent { around.removeLast() }
            guard indent == 4 * around.count,
                let match = unsafe String(code).firstMatch(of: declaration)
            else { continue }
            let rest = match.3
            switch match.2 {
            case "func", "init", "subscript", "deinit":
                if let type = around.last { found[type.place].size.methods += 1 }
            case "let", "var":
                guard let type = around.last, !match.1.contains("static ") else { continue }
                let after = file.lines[(index + 1)...]
                let count = storedProperties(in: rest, before: after, indent: indent)
                found[type.place].size.storedProperties += count
            default:
                let name = String(rest.prefix { $0.isLetter || $0.isNumber || "._".contains($0) })
                let outer = around.last.map { found[$0.place].name + "." } ?? ""
                // A type of one line has no members to look for.
                if !rest.hasSuffix("}") { around.append((indent, found.count)) }
                found.append((outer + name, TypeSize(), match.2 == "extension"))
            }
        }
        return found
    }

    /// How many stored properties `let` or `var` declares with the text that follows it.
    private static func storedProperties(
        in text: Substring, before lines: ArraySlice<String>, indent: Int
    ) -> Int {
        let head = text.prefix { $0 != "=" && $0 != "{" }
        let isObserved = lines.first?.contains(#/^ +(?:didSet|willSet)\b/#) ?? false
        // After a long type, the body opens on a line of its own.
        let blanks = String(repeating: " ", count: indent)
        let next = lines.first { !$0.hasPrefix(blanks + " ") }
        let opensBody =
            head == text ? next == blanks + "{" : text.dropFirst(head.count).hasPrefix("{")
        if opensBody, !isObserved { return 0 }
        if head.hasPrefix("(") { return head.prefix { $0 != ")" }.split(separator: ",").count }
        // `var a = 1, b: Int`: further names follow commas that are in no bracket.
        var flat = String(text)
        while let inner = flat.firstRange(of: #/\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|"[^"]*"/#) {
            flat.removeSubrange(inner)
        }
        return 1 + flat.matches(of: #/, \w+(?::| =) /#).count
    }
}
