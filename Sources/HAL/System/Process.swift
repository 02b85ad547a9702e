internal import Glibc

/// This process.
public enum Process {
    /// Ends it at once; what must be wiped or handed back has been before.
    public static func exit(_ code: Int32) -> Never { Glibc.exit(code) }
}
