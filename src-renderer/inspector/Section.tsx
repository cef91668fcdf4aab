// A titled part of an inspector's tab.

interface SectionProps {
  readonly title: string;
  readonly tools?: React.ReactNode;
  readonly children: React.ReactNode;
}

export function Section({ title, tools, children }: SectionProps) {
  return (
    <section className="section">
      <h3>
        <span className="grow">{title}</span>
        {tools}
      </h3>
      {children}
    </section>
  );
}
