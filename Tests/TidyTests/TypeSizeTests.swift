import Testing

/// No type grows into the one that joins everything.
///
/// A stored property is understood only with all methods that may change it, so a reader must hold
/// both numbers in the head at once. 40 properties with a line of comment each are what a tall
/// screen shows, and the names of 60 methods are one page of a table of contents; beyond that the
/// reader has to search. The code base shows that this is enough: of its 800 types nine in ten have
/// at most 7 properties and 8 methods, and the largest within the limits, the media loop, the table
/// of peers and the status of a peer, are near one limit and far from the other. The type that once
/// joined everything had 78 properties and 175 methods: 17 files wrote on them, and no unit test
/// could make one. Such a type is cut into values with a state of their own; the limits are not
/// raised.
@Suite struct TypeSizeTests {
    static let storedPropertiesMax = 40
    static let methodsMax = 60

    static let ofProduct = TypeSizes(of: SourceFile.swift)

    /// The types that are too large, with their sizes.
    static func complaints(about types: TypeSizes) -> [String] {
        types.sizes.sorted { $0.key < $1.key }.compactMap { name, size in
            let fits =
                size.storedProperties <= storedPropertiesMax && size.methods <= methodsMax
            return fits
                ? nil
                : "\(name): \(size.storedProperties) stored properties, \(size.methods) methods"
        }
    }

    @Test func everyTypeCanBeReadAsAWhole() {
        #expect(Self.complaints(about: Self.ofProduct) == [])
    }

    /// One planted type in two files: its declaration has `properties`, an extension `methods`.
    static func planted(properties: Int, methods: Int) -> TypeSizes {
        let stored = (0..<properties).map { "    var field\($0) = 0\n" }.joined()
        let verbs = (0..<methods).map { "    func verb\($0)() {}\n" }.joined()
        return TypeSizes(of: [
            SourceFile(path: "Sources/Wire/X.swift", text: "struct X {\n\(stored)}\n"),
            SourceFile(path: "Sources/Wire/X+Verbs.swift", text: "extension X {\n\(verbs)}\n"),
        ])
    }

    @Test func aPlantedTypeWithTooManyPropertiesIsCaught() {
        #expect(Self.complaints(about: Self.planted(properties: 40, methods: 60)) == [])
        #expect(
            Self.complaints(about: Self.planted(properties: 41, methods: 0))
                == ["Wire.X: 41 stored properties, 0 methods"])
    }

    @Test func aPlantedTypeWithTooManyMethodsIsCaught() {
        #expect(
            Self.complaints(about: Self.planted(properties: 0, methods: 61))
                == ["Wire.X: 0 stored properties, 61 methods"])
    }

    @Test func membersAreCountedWhereTheyBelong() {
        let text = """
            /// struct Comment {
            @safe public struct Outer<Value: ~Copyable>: ~Copyable {
                private let (low, high) = (0, 1)
                package private(set) var a = f(1, b: 2), c: Int = 3
                let pairs: [(one: Int, other: Int)]
                static let shared = 1
                @usableFromInline var makes: () -> Int = { 1 }
                var computed: Int { a }
                var long:
                    Int
                {
                    let local = 1
                    return local
                }
                var watched = 0 {
                    didSet { a = 1 }
                }

                struct Inner {
                    let x: Int
                    init?(_ x: Int) {}
                }

                enum Empty {}
                public init() {}
                deinit {}
                static func make() -> Int { 1 }
                mutating func call() {
                    func local() {}
                }
                subscript(index: Int) -> Int { index }
            }

            extension Outer.Inner {
                func more() {}
            }
            """
        let elsewhere = "extension Outer {\n    @inlinable func far() {}\n}\n"
        let sizes = TypeSizes(of: [
            SourceFile(path: "Sources/Wire/Outer.swift", text: text),
            SourceFile(path: "Sources/Crypto/Outer+Far.swift", text: elsewhere),
        ]).sizes
        #expect(
            sizes == [
                "Wire.Outer": TypeSize(storedProperties: 7, methods: 6),
                "Wire.Outer.Inner": TypeSize(storedProperties: 1, methods: 2),
                "Wire.Outer.Empty": TypeSize(),
            ])
    }

    @Test func theTypesOfTheProductAreFound() {
        let sizes = Self.ofProduct.sizes
        #expect(sizes.count > 500)
        #expect(sizes["Media.MediaLoop"].map { $0.methods > 20 } == true)
        #expect(sizes["Report.PeerStatus"].map { $0.storedProperties > 20 } == true)
    }
}
